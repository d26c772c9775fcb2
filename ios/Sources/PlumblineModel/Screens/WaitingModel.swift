// Waiting: what this phone has that the server does not, in honest states, and values that contradict each other. Says what is
// safe before what failed.

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
    public let items: [WaitingItem]
    public let uploads: [UploadView]
    public let conflicts: [Conflict]

    /// The server did not take these: somebody has to act.
    public var refused: [WaitingItem] { items.filter { $0.state == "refused" || $0.state == "held" } }
    public var sending: [WaitingItem] { items.filter { $0.state == "waiting" || $0.state == "logged" } }
    public var count: Int { sending.count + uploads.count }
    public var bytes: UInt64 { uploads.reduce(0) { $0 + $1.bytes } }
    public var isEmpty: Bool { items.isEmpty && uploads.isEmpty && conflicts.isEmpty }
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
      Waiting(
        items: try await client.waiting(), uploads: try await client.uploads(),
        conflicts: try await WaitingModel.conflicts(client))
    }
    waiting.take(answer, of: reading)
    await app.refresh()
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
