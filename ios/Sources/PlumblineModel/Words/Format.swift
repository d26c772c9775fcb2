// Times, durations, sizes and lengths in a person's language: 24 hours, never 12/10, work as `6 h 27 min`.

import Foundation

/// How values are written in a language.
public struct Format: Sendable {
  public let locale: Locale
  let language: Language

  public init(_ language: Language) {
    self.language = language
    locale = Locale(identifier: language == .es ? "es_US" : "en_US")
  }

  /// 07:02
  public func time(_ at: Int64, zone: TimeZone = .current) -> String { write("HH:mm", at, zone) }

  /// 09:41:06
  public func second(_ at: Int64, zone: TimeZone = .current) -> String { write("HH:mm:ss", at, zone) }

  /// 07:02, or 07:02–07:05 where the evidence leaves that much open: rounded outward, to minutes.
  public func moment(_ moment: MomentView, zone: TimeZone = .current) -> String {
    let minute: Int64 = 60_000
    let from = (moment.earliest ?? moment.stated).floored(to: minute)
    let to = -(-(moment.latest ?? moment.stated)).floored(to: minute)
    if moment.how == "typed" || to - from <= minute { return time(moment.stated, zone: zone) }
    return "\(time(from, zone: zone))–\(time(to, zone: zone))"
  }

  /// Thu, Dec 10
  public func day(_ at: Int64, zone: TimeZone = .current) -> String {
    write(language == .es ? "EEE d MMM" : "EEE, MMM d", at, zone)
  }

  /// Thu, Dec 10, of a civil day as `2026-12-10`.
  public func day(_ date: String) -> String {
    Civil.noon(date).map { day($0, zone: .gmt) } ?? date
  }

  /// Dec 10
  public func date(_ date: String) -> String {
    Civil.noon(date).map { write(language == .es ? "d MMM" : "MMM d", $0, .gmt) } ?? date
  }

  /// The time where it is today, else with its day: Thu, Dec 10, 09:41.
  public func when(_ at: Int64, now: Int64, zone: TimeZone = .current) -> String {
    day(at, zone: zone) == day(now, zone: zone)
      ? time(at, zone: zone) : "\(day(at, zone: zone)), \(time(at, zone: zone))"
  }

  /// 6 h 27 min: whole minutes that were worked.
  public func duration(_ seconds: Int64) -> String {
    let minutes = max(seconds, 0) / 60
    return minutes < 60 ? "\(minutes) min" : "\(minutes / 60) h \(minutes % 60) min"
  }

  /// 3.7 MB
  public func bytes(_ count: UInt64) -> String {
    let steps: [(Double, String)] = [(1e9, "GB"), (1e6, "MB"), (1e3, "kB")]
    for (size, unit) in steps where Double(count) >= size {
      return "\(decimal(Double(count) / size, digits: unit == "kB" ? 0 : 1)) \(unit)"
    }
    return "\(count) B"
  }

  /// ±16 ft, of a radius in centimetres.
  public func accuracy(_ centimetres: Int64) -> String { "±\(length(centimetres))" }

  /// 40 ft, rounded up: a doubt is not made smaller by writing it.
  public func length(_ centimetres: Int64) -> String {
    let feet = Int((Double(centimetres) / 30.48).rounded(.up))
    return "\(feet) \(language == .es ? "pies" : "ft")"
  }

  /// 1,240
  public func number(_ value: Int) -> String { decimal(Double(value), digits: 0) }

  /// 0.6, or 2
  public func times(_ factor: Double) -> String {
    factor.formatted(.number.precision(.fractionLength(0...1)).locale(locale))
  }

  private func decimal(_ value: Double, digits: Int) -> String {
    value.formatted(.number.precision(.fractionLength(digits)).locale(locale))
  }

  private func write(_ pattern: String, _ at: Int64, _ zone: TimeZone) -> String {
    let formatter = DateFormatter()
    formatter.locale = locale
    formatter.timeZone = zone
    formatter.dateFormat = pattern
    return formatter.string(from: Date(timeIntervalSince1970: Double(at) / 1000))
  }
}

/// Civil days, as `2026-12-10`.
public enum Civil {
  /// The day of a moment, by a zone.
  public static func day(_ at: Int64, zone: TimeZone) -> String {
    let parts = calendar(zone).dateComponents(
      [.year, .month, .day], from: Date(timeIntervalSince1970: Double(at) / 1000))
    return String(format: "%04d-%02d-%02d", parts.year ?? 0, parts.month ?? 0, parts.day ?? 0)
  }

  /// The day that many days later.
  public static func day(_ date: String, plus days: Int) -> String {
    noon(date).map { day($0 + Int64(days) * 86_400_000, zone: .gmt) } ?? date
  }

  static func noon(_ date: String) -> Int64? {
    let parts = date.split(separator: "-").compactMap { Int($0) }
    guard parts.count == 3 else { return nil }
    let noon = DateComponents(year: parts[0], month: parts[1], day: parts[2], hour: 12)
    return calendar(.gmt).date(from: noon).map { Int64($0.timeIntervalSince1970 * 1000) }
  }

  private static func calendar(_ zone: TimeZone) -> Calendar {
    var calendar = Calendar(identifier: .gregorian)
    calendar.timeZone = zone
    return calendar
  }
}

extension Int64 {
  /// The greatest multiple of `step` that is not above this.
  func floored(to step: Int64) -> Int64 {
    let rest = self % step
    return self - (rest < 0 ? rest + step : rest)
  }
}
