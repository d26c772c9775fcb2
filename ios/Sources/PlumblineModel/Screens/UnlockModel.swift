// Unlock: the owner shows themselves by face, finger or passcode. The store is open already, so that work in the background
// goes on; what this gates is the screen.

import Observation

@MainActor @Observable
public final class UnlockModel {
  public enum State: Equatable {
    case asking
    case refused(Proof)
  }

  public private(set) var state = State.asking

  private let app: AppModel
  private let client: Client

  public init(app: AppModel, client: Client) {
    self.app = app
    self.client = client
  }

  public var name: String { app.status?.memberName ?? "" }
  public var waiting: Int { Int(app.status?.waiting ?? 0) }

  public func unlock() async {
    state = .asking
    let proof = await app.phone.presence.prove(app.words["unlock.title"])
    if proof == .owner { app.enter(client) } else { state = .refused(proof) }
  }
}
