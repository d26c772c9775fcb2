// Phrases made of what the core says: the words of a screen that need more than a key.

import Foundation

extension Words {
  private var format: Format { Format(language) }

  /// "No signal. 7 waiting to send"
  public func connection(_ status: StatusView) -> String {
    let waiting = Int(status.waiting)
    let rest = waiting > 0 ? count("now.waiting", waiting) : ""
    let state = self["connection.\(Words.name(status.connection))"]
    return rest.isEmpty ? state : status.connection == .online ? rest : "\(state). \(rest)"
  }

  /// The symbol that goes with it.
  public func symbol(_ connection: Connection) -> String {
    switch connection {
    case .online: "arrow.up.circle"
    case .unknown, .offline: "icloud.slash"
    case .signedOut, .impostor, .alarm: "exclamationmark.triangle"
    }
  }

  /// "On the clock since 06:55"
  public func clockLine(_ today: Today) -> String {
    guard let since = today.since else { return self["now.offClock"] }
    let time = format.time(since, zone: today.site?.zone ?? .current)
    return self[today.state == .onBreak ? "now.onBreak" : "now.since", ["time": time]]
  }

  /// "Inside site, ±20 ft"
  public func place(_ verdict: VerdictView) -> String {
    let base = self["verdict.\(verdict.verdict)"]
    let doubt = verdict.accuracyCm.map { ", \(format.accuracy($0))" } ?? ""
    let fence = verdict.distanceCm.map { self["verdict.fence", ["distance": format.length(abs($0))]] }
    let mock = verdict.mock ? ". \(self["verdict.mock"])" : ""
    return verdict.verdict == "cannot_tell" && fence != nil ? "\(base): \(fence ?? "")\(doubt)\(mock)" : "\(base)\(doubt)\(mock)"
  }

  /// "Place ±16 ft, 3 s old"
  public func place(_ whereabouts: Whereabouts) -> String {
    switch whereabouts {
    case .off: self["place.off"]
    case .searching: self["place.searching"]
    case .fix(let fix):
      self[fix.reduced ? "place.reduced" : "place.fix", ["accuracy": format.accuracy(fix.place.accuracyCm)]]
        + (fix.place.mock ? ". \(self["verdict.mock"])" : "")
    }
  }

  /// The place of a photograph.
  public func place(_ place: PlaceView?) -> String {
    guard let place else { return self["verdict.no_place"] }
    let at = String(format: "%.5f, %.5f", Double(place.latE7) / 1e7, Double(place.lonE7) / 1e7)
    let mock = place.mock ? ". \(self["verdict.mock"])" : ""
    return "\(at), \(format.accuracy(place.accuracyCm))\(mock)"
  }

  /// "Time checked 09:12"
  public func time(checked: Int64?) -> String {
    checked.map { self["camera.timeChecked", ["time": format.time($0)]] } ?? self["camera.timeUnchecked"]
  }

  @MainActor public func camera(_ model: CameraModel) -> String {
    if model.isSealing { return self["camera.sealing"] }
    var parts: [String] = []
    if let last = model.last { parts.append(self["camera.last", ["time": format.moment(last.at)]]) }
    if case .ready(let room) = model.state { parts.append(self["camera.room", ["size": format.bytes(room.free)]]) }
    return parts.joined(separator: " ")
  }

  /// "Crew 6 of 7, last heard 11:20"
  public func crew(_ crew: [CrewMember]) -> String {
    let values = ["n": format.number(crew.filter(\.isWorking).count), "all": format.number(crew.count)]
    guard let heard = crew.compactMap(\.heard).max() else { return self["now.crew", values] }
    return self["now.crewHeard", values.merging(["time": format.time(heard)]) { $1 }]
  }

  public func state(_ member: CrewMember) -> String {
    let state = self["day.\(Words.name(member.state))"]
    return member.heard.map { "\(state), \(self["now.heard", ["time": format.time($0)]])" } ?? state
  }

  /// What a button says aloud that clocks somebody.
  public func clock(_ member: CrewMember) -> String {
    self[member.isWorking ? "now.clockOutOf" : "now.clockInOf", ["name": member.name]]
  }

  /// "7 items, 7.2 MB. All safe and encrypted here. They go by themselves when there is signal. Last sent 11:20."
  public func safe(_ waiting: WaitingModel.Waiting, contact: Int64?, now: Int64) -> String {
    let last = contact.map { " " + self["waiting.contact", ["time": format.when($0, now: now)]] } ?? ""
    if waiting.count == 0 { return self["waiting.allSent"] + last }
    let size = waiting.bytes > 0 ? ", \(format.bytes(waiting.bytes))" : ""
    return "\(count("waiting.items", waiting.count))\(size). \(self["waiting.safe"])\(last)"
  }

  /// What a round did.
  public func round(_ round: SyncView) -> String {
    self["waiting.round", ["sent": format.number(Int(round.pushed)), "photos": format.number(Int(round.uploaded))]]
  }

  /// "Note: Concrete arrives at two"
  public func title(_ item: WaitingItem) -> String {
    let text = ["text", "caption", "name"].lazy.compactMap { item.fields[$0]?.text }.first
    let what = item.fields["what"]?.text.map { self["punch.\($0)"] }
    return (text ?? what).map { "\(kind(item.kind)): \($0)" } ?? kind(item.kind)
  }

  public func refused(_ item: WaitingItem) -> String {
    self[item.state == "held" ? "waiting.held" : "waiting.refused", ["what": title(item)]]
  }

  public func title(_ conflict: Conflict) -> String {
    self["conflict.title", ["field": field(conflict.field), "kind": kind(conflict.record.kind)]]
  }

  /// A value as a person reads it.
  public func value(_ datum: Datum) -> String {
    switch datum {
    case .null: self["value.none"]
    case .bool(let flag): self[flag ? "value.yes" : "value.no"]
    case .int(let number): format.number(Int(number))
    case .text(let text): text
    case .items(let all): all.map(value).joined(separator: ", ")
    case .moment(let moment): "\(format.day(moment.stated)), \(format.moment(moment))"
    case .typed(let typed): "\(format.day(typed.typed)), \(format.time(typed.typed))"
    case .place(let place): self.place(place)
    case .set(let change): change.add.map(value).joined(separator: ", ")
    case .geofence: self["value.fence"]
    }
  }

  /// "8 h 0 min", or "7 h 57 min to 8 h 0 min" where the evidence leaves that much open.
  public func hours(_ sheet: HoursModel.Sheet, _ day: Int) -> String {
    let (low, high) = sheet.range(day)
    let (from, to) = (format.duration(low), high.map(format.duration))
    if sheet.seconds(day) == 0 { return self["hours.nothing"] }
    guard let to, to != from else { return format.duration(sheet.seconds(day)) }
    return self["hours.range", ["from": from, "to": to]]
  }

  public func state(_ person: WeekPerson) -> String {
    switch person.state {
    case .open: self["hours.open"]
    case .signed: self["hours.signed"]
    case .approved: self["hours.approved"]
    case .disputed: self["hours.disputed"]
    case .changed: self["hours.changed"]
    }
  }

  /// A step of custody: who or what did it.
  public func step(_ step: CustodyView) -> String {
    let key: String =
      switch step.state {
      case .taken: "custody.step.taken"
      case .logged: "custody.step.logged"
      case .received: "custody.step.received"
      case .verified: "custody.step.verified"
      }
    return self[key, ["label": step.label, "position": step.position.map { "\($0)" } ?? ""]]
  }

  public func kind(_ name: String) -> String { find("kind.\(name)") ?? name }
  public func field(_ name: String) -> String { find("field.\(name)") ?? name }
  public func choice(_ field: String, _ value: String) -> String { find("choice.\(field).\(value)") ?? value }

  static func name(_ connection: Connection) -> String {
    switch connection {
    case .unknown: "unknown"
    case .online: "online"
    case .offline: "offline"
    case .signedOut: "signedOut"
    case .impostor: "impostor"
    case .alarm: "alarm"
    }
  }

  static func name(_ state: DayState) -> String {
    switch state {
    case .working: "working"
    case .onBreak: "onBreak"
    case .done: "done"
    case .missing: "missing"
    case .expected: "expected"
    case .off: "off"
    case .notExpected: "notExpected"
    }
  }
}
