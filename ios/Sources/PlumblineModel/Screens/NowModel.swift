// Now: the clock. Two taps clock in or out: the first says what is about to happen, the second does it, and for ten seconds
// it can be taken back, which is recorded too. A punch never waits for the network or for a place.

import Foundation
import Observation

@MainActor @Observable
public final class NowModel {
  /// What a button of this screen does.
  public enum Step: Equatable, Sendable {
    case clockIn, clockOut, startBreak, endBreak, switchWork
  }

  /// What the first tap asked for; the second does it.
  public struct Asked: Identifiable, Equatable, Sendable {
    public let step: Step
    public var site: Site?
    public var classification: String?
    public var id: Step { step }
  }

  /// What was just done and can be taken back.
  public struct Done: Equatable, Sendable {
    public let step: Step
    let records: [RecordView]
  }

  public static let topics: Set<Topic> = [
    .records("punch"), .records("project"), .records("crew"), .records("member"), .outbox, .connection,
  ]
  static let undoable = Duration.seconds(10)

  public private(set) var today = Shown<Today>()
  /// Where a punch would be made, and what the core would state of it.
  public let standpoint: Standpoint
  /// Where the newest own punch of today was, by the core.
  public private(set) var verdict: VerdictView?
  public var asked: Asked?
  public private(set) var done: Done?
  public private(set) var fault: Fault?
  public private(set) var isBusy = false

  private let app: AppModel
  private let client: Client
  private var readAt: Int64 = 0
  private var undoing: Task<Void, Never>?

  public init(app: AppModel, client: Client) {
    self.app = app
    self.client = client
    standpoint = Standpoint(app: app, client: client)
  }

  public func load() async {
    let (wall, member) = (app.phone.now(), app.status?.member ?? "")
    let reading = today.begin()
    let answer = await asking { try await Today.read(client, member: member, wall: wall) }
    if today.take(answer, of: reading) { readAt = wall }
    verdict = await newestVerdict()
    await stand()
    await app.refresh()
  }

  /// Follows where the phone is; ends with its task.
  public func follow() async { await standpoint.follow() }

  /// Where one would clock in: the site that was asked about, else the known one. None while one is on the clock.
  public var proposed: Site? {
    guard let today = today.value, today.state == .off else { return nil }
    return asked?.site ?? known(today)
  }

  /// Lets the place be judged by the fence of where one would clock in.
  public func stand() async {
    standpoint.site = proposed
    await standpoint.ask()
  }

  /// Now, by the core's clock: as it was when the day was read, and what went by since.
  public var now: Int64 { (today.value?.now ?? readAt) + (app.phone.now() - readAt) }

  public var worked: Int64 { today.value?.worked(at: now) ?? 0 }

  /// How many things this phone has that the server does not; shown while there is no contact.
  public var waiting: Int { Int(app.status?.waiting ?? 0) }

  /// The first tap.
  public func ask(_ step: Step) {
    guard let today = today.value, !isBusy else { return }
    let site = step == .clockIn ? known(today) : today.site
    let classification = step == .clockIn ? app.settings.classification : today.classification
    asked = Asked(step: step, site: site, classification: classification.flatMap { site?.allows($0) })
    fault = nil
  }

  /// Chooses where; a classification that is not of that project goes.
  public func choose(_ site: Site) {
    guard let before = asked else { return }
    asked = Asked(step: before.step, site: site, classification: before.classification.flatMap(site.allows))
  }

  public func choose(classification: String?) { asked?.classification = classification }

  /// Whether the second tap would do something.
  public var canConfirm: Bool {
    guard let asked, let site = asked.site, let today = today.value, !isBusy else { return false }
    guard asked.step == .switchWork else { return true }
    // To another project, or to other work on this one, which has to be named.
    return site != today.site || (asked.classification != nil && asked.classification != today.classification)
  }

  /// The second tap.
  public func confirm() async {
    guard canConfirm, let asked, let site = asked.site else { return }
    let begins = asked.step == .clockIn || asked.step == .switchWork
    let left = asked.step == .switchWork && site != today.value?.site ? today.value?.site : nil
    let request = ClockRequest(
      what: asked.step.punch, project: site.id, classification: begins ? asked.classification : nil, worker: nil,
      place: place, at: nil, fromProject: left?.id)
    await clock(asked.step, request)
    guard fault == nil else { return }
    self.asked = nil
    if begins { (app.settings.project, app.settings.classification) = (site.id, asked.classification) }
  }

  /// A break begins or ends with one tap: it ends nothing and starts nothing that is paid.
  public func breakNow(_ step: Step) async {
    guard let site = today.value?.site, !isBusy else { return }
    let request = ClockRequest(
      what: step.punch, project: site.id, classification: nil, worker: nil, place: place, at: nil, fromProject: nil)
    await clock(step, request)
  }

  /// Clocks somebody of one's crew in or out.
  public func clock(_ member: CrewMember) async {
    guard let site = today.value?.crewSite, !isBusy else { return }
    let step: Step = member.isWorking ? .clockOut : .clockIn
    let request = ClockRequest(
      what: step.punch, project: site.id, classification: nil, worker: member.id, place: place, at: nil,
      fromProject: nil)
    await clock(step, request)
  }

  /// Takes back what was just done: it stays in the log, withdrawn.
  public func undo() async {
    guard let done else { return }
    undoing?.cancel()
    self.done = nil
    let reason = app.words["now.undo.reason"]
    for record in done.records.reversed() {
      let request = WithdrawRequest(record: record.id, withdrawn: true, reason: reason, asOf: record.asOf)
      if case .failure(let fault) = await asking({ try await client.withdraw(request: request) }) { self.fault = fault }
    }
    await load()
  }

  public func cancel() { asked = nil }

  /// None is no reason not to clock.
  private var place: PlaceView? { standpoint.place }

  /// Where one clocked in last, or the only site that there is.
  private func known(_ today: Today) -> Site? {
    today.sites.first { $0.id == app.settings.project } ?? (today.sites.count == 1 ? today.sites.first : nil)
  }

  private func clock(_ step: Step, _ request: ClockRequest) async {
    isBusy = true
    fault = nil
    switch await asking({ try await client.clock(request: request) }) {
    case .success(let records): offerUndo(Done(step: step, records: records))
    case .failure(let fault): self.fault = fault
    }
    isBusy = false
    await load()
  }

  private func offerUndo(_ done: Done) {
    self.done = done
    undoing?.cancel()
    let wait = app.phone.wait
    undoing = Task { [weak self] in
      guard (try? await wait(NowModel.undoable)) != nil, !Task.isCancelled else { return }
      self?.done = nil
    }
  }

  private func newestVerdict() async -> VerdictView? {
    guard let today = today.value, today.state != .off, let member = app.status?.member else { return nil }
    let request = ListRequest(kind: "punch", concerns: member, limit: 1)
    guard let punch = try? await client.list(request: request).records.first else { return nil }
    return try? await client.verdict(request: RecordRequest(id: punch.id))
  }
}

extension NowModel.Step {
  /// What the core calls it.
  public var punch: String {
    switch self {
    case .clockIn: "in"
    case .clockOut: "out"
    case .startBreak: "break_start"
    case .endBreak: "break_end"
    case .switchWork: "switch"
    }
  }
}

extension Site {
  func allows(_ classification: String) -> String? { classifications.contains(classification) ? classification : nil }
}
