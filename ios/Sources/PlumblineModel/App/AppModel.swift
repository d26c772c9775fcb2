// The app: opens the core, says which screen comes first, hears what changed, and lets the core rest with the phone. What
// is given to the system and taken back goes one after the other, so that nothing is carried once it was taken back.

import Foundation
import Observation

/// The one model behind all screens.
@MainActor @Observable
public final class AppModel {
  /// What stands between a person and their work.
  public enum Stage {
    case opening
    /// The store does not open, and why. Nothing was changed by trying.
    case shut(Fault)
    /// Nobody enrolled this phone yet.
    case enrol(Client)
    /// The core is open, and its owner is to show themselves.
    case locked(Client)
    case inside(Client)
  }

  public private(set) var stage = Stage.opening
  /// How this device stands; as last read.
  public private(set) var status: StatusView?
  public private(set) var changes = Changes()
  /// Grows whenever what failed for want of a network may go now.
  public private(set) var chances = 0
  /// A link that was opened and is not used yet.
  public var link: String?
  public let phone: Phone
  public let settings: Settings

  private var client: Client?
  private var awake: Awake?
  private var ear: Ear?
  private var hearing: Task<Void, Never>?
  private var isOpening = false
  /// Whether a screen waits for the core that is being opened.
  private var isAwaited = false
  private let turns = Turns()
  /// When the screen went away; none while it is there.
  private var away: Int64?

  /// Who looks away for less than this finds the app open.
  static let grace: Int64 = 60_000

  public init(phone: Phone) {
    self.phone = phone
    settings = Settings(phone.settings)
  }

  public var words: Words { Words(settings.language ?? Language.preferred(Locale.preferredLanguages)) }
  public var format: Format { Format(words.language) }

  /// Opens the store, or says why it does not open. Also for who tries again.
  public func open() async {
    if client == nil { await open(.screen) } else { await comeBack() }
  }

  private func open(_ need: Need) async {
    guard client == nil else { return }
    if need == .screen { isAwaited = true }
    guard !isOpening else { return }
    isOpening = true
    defer { (isOpening, isAwaited) = (false, false) }
    stage = .opening
    let ear = Ear()
    do {
      let client = try await openClient(phone: phone, listener: ear)
      let needs: Set<Need> = isAwaited ? [need, .screen] : [need]
      let awake = Awake(needs, pause: { try await client.pause() }, resume: { try await client.resume() })
      (self.client, self.ear, self.awake) = (client, ear, awake)
      hear(ear)
      try await settle(client)
      // Who left while it was opened finds it at rest, too.
      if isAwaited, away != nil { try await awake.release(.screen) }
    } catch {
      stage = .shut(Fault(error))
    }
    if isAwaited, away == nil { await takeBack() }
  }

  /// Goes on with what this device is now: new, or somebody's.
  func settle(_ client: Client) async throws {
    let status = try await client.status()
    self.status = status
    if status.state == "new" {
      stage = .enrol(client)
    } else {
      client.start()
      stage = .locked(client)
    }
  }

  /// The owner is there.
  func enter(_ client: Client) { stage = .inside(client) }

  /// Takes a link by which the app was opened.
  public func take(link: String) { self.link = link }

  /// The screen goes away: the system is given what it can carry of what waits, and the core lets go of its files, unless work
  /// in the background still needs it. True where nothing waits.
  @discardableResult
  public func leave() async -> Bool {
    away = phone.now()
    return await inTurn { [self] client, awake in
      if away != nil { try await awake.release(.screen) }
      if try await client.hasSentAll() { return true }
      await handOver(client, awake)
      return try await client.hasSentAll()
    }
  }

  /// The screen is back. Who was away for long shows themselves again.
  public func comeBack() async {
    let wasAway = away.map { phone.now() - $0 } ?? 0
    away = nil
    chances += 1
    guard let client, let awake else { return await open(.screen) }
    if case .inside = stage, wasAway > AppModel.grace { stage = .locked(client) }
    do {
      try await awake.need(.screen)
      if case .shut = stage { try await settle(client) } else { await refresh() }
    } catch {
      stage = .shut(Fault(error))
    }
    await takeBack()
  }

  /// The phone found a network.
  public func networkCame() {
    chances += 1
    client?.wake(reason: .network)
  }

  /// One round in the background, also where the system started the app for it. True where nothing waits, not with the system
  /// either: what that fails to carry, a later round sends.
  public func workInBackground() async -> Bool {
    if client == nil { await open(.background) }
    return await inTurn { [self] client, awake in
      guard status?.state == "enrolled" else { return true }
      await handOver(client, awake)
      _ = try await client.cancelling { try await $0.sync() }
      return try await client.hasSentAll()
    }
  }

  /// While a screen is there the core sends by itself.
  private func handOver(_ client: Client, _ awake: Awake) async {
    if await !awake.isNeeded(by: .screen) { await client.handOver(to: phone.carrier) }
  }

  private func takeBack() async {
    turns.stop()
    _ = await inTurn { [self] client, _ in
      await client.takeBack(from: phone.carrier)
      return true
    }
  }

  /// Works with the core awake, in turn. False where something stands in the way.
  private func inTurn(_ work: @escaping @MainActor (Client, Awake) async throws -> Bool) async -> Bool {
    await turns.take { [self] in
      guard let client, let awake else { return false }
      var isDone = false
      do {
        try await awake.need(.background)
        isDone = try await work(client, awake)
      } catch {}
      try? await awake.release(.background)
      return isDone
    }
  }

  /// Forgets this device's client, after a sign-out; the next one begins anew.
  func begin() async {
    await close()
    await open()
  }

  /// Lets go of the core.
  public func close() async {
    try? await awake?.release(.screen)
    try? await awake?.release(.background)
    ear?.close()
    hearing?.cancel()
    (client, awake, ear, hearing, status) = (nil, nil, nil, nil, nil)
  }

  func refresh() async {
    if let client, let status = try? await client.status() { self.status = status }
  }

  private func hear(_ ear: Ear) {
    hearing = Task { [weak self] in
      for await event in ear.events {
        self?.changes.hear(event)
        switch event {
        case .outbox, .connection, .alarm: await self?.refresh()
        case .records, .photo: break
        }
      }
    }
  }
}
