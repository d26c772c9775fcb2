// The one door to the generated bindings. Swift cannot tell the core that a task was cancelled, so long calls take a Cancel.

@_exported import Plumbline

/// Opens the store of this phone.
func openClient(phone: Phone, listener: any EventListener) async throws -> Client {
  try await Client.open(home: phone.home.path, keystore: phone.keystore, listener: listener, boot: phone.boot)
}

extension Client {
  /// Runs a long call. Swift does not tell the core that a task was cancelled, so this does: the call then ends as
  /// `Fault.Cancelled`, and what it had begun is undone or whole.
  public func cancelling<Answer: Sendable>(
    _ call: @Sendable (Client) async throws -> Answer
  ) async throws -> Answer {
    let cancel = Cancel()
    let client = until(cancel: cancel)
    return try await withTaskCancellationHandler {
      try await call(client)
    } onCancel: {
      cancel.cancel()
    }
  }
}

extension Fault {
  /// What stood in the way, of whatever was thrown.
  init(_ error: any Error) {
    switch error {
    case let fault as Fault: self = fault
    case is CancellationError: self = .Cancelled
    default: self = .Internal(trace: "shell")
    }
  }
}

extension Datum {
  var text: String? { if case .text(let text) = self { text } else { nil } }
  var texts: [String] { if case .items(let all) = self { all.compactMap(\.text) } else { [] } }
  var moment: MomentView? { if case .moment(let moment) = self { moment } else { nil } }
}

extension VerdictView {
  /// True where a place is known and there is no fence to judge it by: only a fence has a distance.
  public var isUnfenced: Bool { verdict == "cannot_tell" && distanceCm == nil }
}

extension RecordView {
  /// The text of a field, where it has one.
  func text(_ field: String) -> String? { fields[field]?.text }
}

/// What waits, by a name that no screen has.
public typealias WaitingItem = WaitingView
