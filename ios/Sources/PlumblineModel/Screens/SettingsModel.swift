// Settings: language, look, this phone, what it stores, and the way out.

import Observation

@MainActor @Observable
public final class SettingsModel {
  public enum Leaving: Equatable, Sendable {
    case no
    case asked
    /// So many things are only here: sending them comes first.
    case unsent(Int)
  }

  public private(set) var storage: StorageView?
  public private(set) var device: DeviceView?
  public var leaving = Leaving.no
  public private(set) var fault: Fault?
  public private(set) var isBusy = false

  private let app: AppModel
  private let client: Client

  public init(app: AppModel, client: Client) {
    self.app = app
    self.client = client
  }

  public var settings: Settings { app.settings }
  public var status: StatusView? { app.status }

  public func load() async {
    await app.refresh()
    switch await asking({ try await client.storage() }) {
    case .success(let view): (storage, fault) = (view, nil)
    case .failure(let fault): self.fault = fault
    }
    device = try? await client.devices().first { $0.this }
  }

  /// Signs out; stops where something is only here, unless that is given up.
  public func signOut(givingUp: Bool) async {
    guard !isBusy else { return }
    isBusy = true
    let request = SignOutRequest(discardUnsent: givingUp)
    switch await asking({ try await client.signOut(request: request) }) {
    case .success(let view) where view.done:
      leaving = .no
      await app.begin()
    case .success(let view): leaving = .unsent(Int(view.unsent))
    case .failure(let fault): self.fault = fault
    }
    isBusy = false
  }
}
