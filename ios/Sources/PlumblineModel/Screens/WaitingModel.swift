// Waiting: what this phone has that the server does not, in honest states, values that contradict each other, and what went
// today. Says what is safe before what failed.

import Foundation
import Observation

/// A field that keeps several values until somebody chooses.
public struct Conflict: Identifiable, Equatable, Sendable {
  public let record: RecordView
  public let field: String
  /// As they came about: the one that shows now stands last.
  public let values: [Datum]
  public let owesReason: Bool
  public var id: String { "\(record.id)/\(field)" }
}

@MainActor @Observable
public final class WaitingModel {
  /// What waits, as it is shown.
  public struct Waiting: Equatable, Sendable {
    /// Newest first.
    public let items: [Item]
    /// The server did not take these: somebody has to act.
    public let refused: [WaitingItem]
    public let conflicts: [Conflict]
    public let sent: Sent

    public var bytes: UInt64 { items.reduce(0) { $0 + ($1.upload?.bytes ?? 0) } }
    public var isEmpty: Bool { items.isEmpty && refused.isEmpty && conflicts.isEmpty }
  }

  /// What waits of one record: actions, a photograph's bytes, or both.
  public struct Item: Identifiable, Equatable, Sendable {
    /// The record.
    public let id: String
    /// Oldest first.
    public let actions: [WaitingItem]
    public let upload: UploadView?

    public var made: Int64? { actions.last?.made }
    public var kind: String { actions.last?.kind ?? "photo" }
    /// True where the log has all of it, and only a picture is missing.
    public var isLogged: Bool { actions.allSatisfy { $0.state == "logged" } }
  }

  /// One's own photographs of today that the server has, and how many of them it read again.
  public struct Sent: Equatable, Sendable {
    public let photos: Int
    public let verified: Int

    public init(photos: Int, verified: Int) { (self.photos, self.verified) = (photos, verified) }
  }

  public static let topics: Set<Topic> = [.outbox, .photos, .connection, .anyRecord]

  public private(set) var waiting = Shown<Waiting>()
  public private(set) var isSending = false
  /// What the last try here came to; none before one.
  public private(set) var sent: SyncView?
  public private(set) var fault: Fault?
  /// A copy of everything, once it is written.
  public private(set) var copy: Copy?
  public private(set) var isCopying = false

  private let app: AppModel
  private let client: Client
  private var work: Task<Void, Never>?

  public init(app: AppModel, client: Client) {
    self.app = app
    self.client = client
  }

  public var status: StatusView? { app.status }

  public func load() async {
    let reading = waiting.begin()
    let answer = await asking {
      let actions = Dictionary(grouping: try await client.waiting()) { $0.state == "refused" || $0.state == "held" }
      return Waiting(
        items: WaitingModel.items(actions[false] ?? [], try await client.uploads()), refused: actions[true] ?? [],
        conflicts: try await WaitingModel.conflicts(client), sent: try await sentToday())
    }
    waiting.take(answer, of: reading)
    await app.refresh()
  }

  /// The small picture of a photograph that waits, where there is one.
  public func thumbnail(_ item: Item) async -> Data? {
    item.kind == "photo" ? try? await client.thumbnail(request: RecordRequest(id: item.id)) : nil
  }

  /// Sends what waits, now. Leaving the screen does not stop it; `stop` does.
  public func tryNow() async {
    guard !isSending else { return }
    isSending = true
    let work = Task {
      let answer = await asking { try await client.cancelling { try await $0.sync() } }
      switch answer {
      case .success(let round): (sent, fault) = (round, nil)
      case .failure(.Cancelled): fault = nil
      case .failure(let fault): self.fault = fault
      }
    }
    self.work = work
    await work.value
    isSending = false
    await load()
  }

  public func stop() { work?.cancel() }

  /// Takes what the server did not accept off the list.
  public func dismiss(_ item: WaitingItem) async {
    let request = ActionRequest(action: item.action)
    await act { try await client.dismiss(request: request) }
  }

  /// Keeps a value; the others stay in the history.
  public func choose(_ value: Datum, of conflict: Conflict, reason: String = "") async {
    let request = WriteRequest(
      kind: conflict.record.kind, record: conflict.record.id, project: nil, fields: [conflict.field: value],
      reason: conflict.owesReason ? reason.trimmed : nil, asOf: conflict.record.asOf)
    await act { _ = try await client.write(request: request) }
  }

  /// Writes all that this member has into a folder, in clear, for whoever takes it over by hand.
  public func handOver() async {
    guard !isCopying else { return }
    isCopying = true
    switch await Copy.write(client, into: app.phone.exports) {
    case .success(let copy): (self.copy, fault) = (copy, nil)
    case .failure(let fault): self.fault = fault
    }
    isCopying = false
  }

  private func act(_ call: @MainActor () async throws -> Void) async {
    switch await asking(call) {
    case .success: fault = nil
    case .failure(let fault): self.fault = fault
    }
    await load()
  }

  private static func items(_ actions: [WaitingItem], _ uploads: [UploadView]) -> [Item] {
    var bytes = Dictionary(uploads.map { ($0.photo, $0) }) { $1 }
    let acted = Dictionary(grouping: actions, by: \.record).map { record, of in
      Item(id: record, actions: of, upload: bytes.removeValue(forKey: record))
    }
    let rest = bytes.values.map { Item(id: $0.photo, actions: [], upload: $0) }
    return (acted + rest).sorted { ($0.made ?? 0, $0.id) > ($1.made ?? 0, $1.id) }
  }

  private func sentToday() async throws -> Sent {
    let now = Date(timeIntervalSince1970: Double(app.phone.now()) / 1000)
    let from = Int64(Calendar.current.startOfDay(for: now).timeIntervalSince1970 * 1000)
    let member = try await client.status().member
    let count = { [client] (state: Custody) in
      let request = PhotoDaysRequest(by: member, from: from, state: state, zone: TimeZone.current.identifier)
      return try await client.photoDays(request: request).reduce(0) { $0 + Int($1.count) }
    }
    let (received, verified) = (try await count(.received), try await count(.verified))
    return Sent(photos: received + verified, verified: verified)
  }

  private static func conflicts(_ client: Client) async throws -> [Conflict] {
    let records = try await client.conflicts()
    guard !records.isEmpty else { return [] }
    let kinds = try await client.kinds()
    return records.flatMap { record in
      record.conflicts.sorted { $0.key < $1.key }.map { field, others in
        let known = kinds.first { $0.name == record.kind }?.fields.first { $0.name == field }
        return Conflict(
          record: record, field: field, values: others + [record.fields[field] ?? .null],
          owesReason: known?.owesReason ?? false)
      }
    }
  }
}
