// My hours: this member's own week, signed by them, disputed where it is wrong, and taken along as a copy.

import Foundation
import Observation

@MainActor @Observable
public final class HoursModel {
  /// A week on a project.
  public struct Sheet: Identifiable, Equatable, Sendable {
    public let site: Site?
    public let person: WeekPerson
    /// One's own rows by classification.
    public let rows: [WeekRow]
    public var id: String { person.project }

    /// Seconds of a day of the week, whatever the classification.
    public func seconds(_ day: Int) -> Int64 { sum(day, \.seconds) ?? 0 }
    /// What the evidence supports; none where it sets no bound.
    public func range(_ day: Int) -> (low: Int64, high: Int64?) { (sum(day, \.low) ?? 0, bound(day)) }
    public func isCorrected(_ day: Int) -> Bool { rows.contains { $0.corrected.at(day) ?? false } }

    private func sum(_ day: Int, _ of: KeyPath<WeekRow, [Int64]>) -> Int64? {
      rows.reduce(0) { $0 + ($1[keyPath: of].at(day) ?? 0) }
    }

    private func bound(_ day: Int) -> Int64? {
      let highs = rows.map { $0.high.at(day) ?? nil }
      return highs.contains { $0 == nil } ? nil : highs.compactMap { $0 }.reduce(0, +)
    }
  }

  /// A week, as it is shown.
  public struct Week: Equatable, Sendable {
    public let days: [String]
    public let sheets: [Sheet]
    let asOf: String
    public var seconds: Int64 { sheets.reduce(0) { $0 + $1.person.seconds } }
    public var isEmpty: Bool { sheets.allSatisfy { $0.person.seconds == 0 && $0.person.state == .open } }
  }

  public static let topics: Set<Topic> = [.records("punch"), .records("week"), .records("project")]

  public private(set) var week = Shown<Week>()
  public private(set) var fault: Fault?
  public private(set) var copy: Copy?
  public private(set) var isBusy = false
  public private(set) var date: String

  private let app: AppModel
  private let client: Client

  public init(app: AppModel, client: Client) {
    self.app = app
    self.client = client
    date = Civil.day(app.phone.now(), zone: .current)
  }

  public func load() async {
    guard let member = app.status?.member else { return }
    let date = date
    let reading = week.begin()
    let answer = await asking { try await HoursModel.read(client, member: member, date: date) }
    week.take(answer, of: reading)
  }

  /// Shows the week that many weeks later.
  public func turn(_ weeks: Int) async {
    date = Civil.day(date, plus: 7 * weeks)
    await load()
  }

  /// Signs for the hours that are shown.
  public func sign(_ sheet: Sheet) async { await sign(sheet, seconds: sheet.person.seconds) }

  public func takeBack(_ sheet: Sheet) async { await sign(sheet, seconds: nil) }

  /// Says what is wrong; none takes it back. The hours and the objection both stay.
  public func dispute(_ sheet: Sheet, _ text: String?) async {
    let request = DisputeWeekRequest(project: sheet.id, date: date, text: text, asOf: week.value?.asOf)
    await act { _ = try await client.disputeWeek(request: request) }
  }

  /// Writes this member's copy, to be kept whatever becomes of the server.
  public func takeCopy() async {
    guard !isBusy else { return }
    isBusy = true
    switch await Copy.write(client, into: app.phone.exports) {
    case .success(let copy): (self.copy, fault) = (copy, nil)
    case .failure(let fault): self.fault = fault
    }
    isBusy = false
  }

  private func sign(_ sheet: Sheet, seconds: Int64?) async {
    let request = SignWeekRequest(project: sheet.id, date: date, seconds: seconds, asOf: week.value?.asOf)
    await act { _ = try await client.signWeek(request: request) }
  }

  private func act(_ call: @MainActor () async throws -> Void) async {
    guard !isBusy else { return }
    isBusy = true
    switch await asking(call) {
    case .success: fault = nil
    case .failure(let fault): self.fault = fault
    }
    isBusy = false
    await load()
  }

  private static func read(_ client: Client, member: String, date: String) async throws -> Week {
    let sites = try await Site.all(client)
    let week = try await client.week(request: WeekRequest(date: date, project: nil))
    let own = week.people.filter { $0.worker == member }
    let sheets = own.map { person in
      Sheet(
        site: sites.first { $0.id == person.project }, person: person,
        rows: week.rows.filter { $0.worker == member && $0.project == person.project })
    }
    return Week(days: week.days, sheets: sheets, asOf: week.asOf)
  }
}

extension Array {
  /// The element there, where there is one.
  func at(_ index: Int) -> Element? { indices.contains(index) ? self[index] : nil }
}
