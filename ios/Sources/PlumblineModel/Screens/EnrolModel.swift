// Enrol: from an invite link to this phone's own key. Without a signal the link is kept in the keystore and used later.

import Foundation
import Observation

@MainActor @Observable
public final class EnrolModel {
  public enum State: Equatable {
    case asking
    case enrolling
    /// The link is kept; it is used as soon as there is a signal.
    case saved
    case failed(FaultWords)
  }

  public var link = ""
  /// What this phone will be called beside everything that is done on it.
  public var label: String
  public private(set) var state = State.asking

  private let app: AppModel
  private let client: Client
  /// The link holds a secret, so it waits where secrets are.
  static let name = "pending/invite"

  public init(app: AppModel, client: Client) {
    self.app = app
    self.client = client
    label = app.phone.label
  }

  /// Host and port of the server that the link names, to be shown before anything is sent.
  public var server: String? { parameter("at") }

  /// The first digits of the organization that the link names: for who wants to compare them.
  public var organization: String? { parameter("organisation").map { String($0.prefix(12)) } }

  private func parameter(_ name: String) -> String? {
    URLComponents(string: link.trimmed)?.queryItems?.first { $0.name == name }?.value
  }

  /// The link by which the app was opened, until it is taken up.
  public var opened: String? { app.link }

  public var canAdd: Bool { !link.trimmed.isEmpty && !label.trimmed.isEmpty && state != .enrolling }

  /// Takes up the link by which the app was opened, or one that was kept.
  public func load() async {
    if let opened = app.link {
      (link, app.link) = (opened, nil)
    } else if link.isEmpty, let kept = try? app.phone.keystore.load(name: EnrolModel.name) {
      link = String(decoding: kept, as: UTF8.self)
      state = .saved
      await add()
    }
  }

  /// Grows whenever a link that was kept may be used now.
  public var chances: Int { app.chances }

  /// Uses a link that was kept.
  public func tryAgain() async {
    if state == .saved { await add() }
  }

  /// Adds this phone.
  public func add() async {
    guard canAdd else { return }
    let wasSaved = state == .saved
    state = .enrolling
    let request = EnrolRequest(link: link.trimmed, deviceLabel: label.trimmed)
    do {
      _ = try await client.enrol(request: request)
      try? app.phone.keystore.remove(name: EnrolModel.name)
      link = ""
      try await app.settle(client)
      app.enter(client)
    } catch Fault.Offline {
      state = keep() || wasSaved ? .saved : .failed(app.words.say(.Offline))
    } catch {
      state = .failed(app.words.say(Fault(error)))
    }
  }

  private func keep() -> Bool {
    (try? app.phone.keystore.store(name: EnrolModel.name, secret: Data(link.trimmed.utf8))) != nil
  }
}

extension String {
  var trimmed: String { trimmingCharacters(in: .whitespacesAndNewlines) }
}
