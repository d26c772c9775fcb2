// A world of its own for each test: an office with a real server, two projects, and Ana with a phone. All of it is gone
// afterwards.

import Foundation
import PlumblineModel
import Testing

@MainActor
final class World {
  let folder: URL
  let office: Office
  let pocket: Pocket
  private(set) var app: AppModel
  var harbor = ""
  var bridge = ""
  var ana = ""

  private init() throws {
    // A server that is gone in the middle of a call is part of these stories, not their end.
    signal(SIGPIPE, SIG_IGN)
    folder = FileManager.default.temporaryDirectory.appendingPathComponent("plumbline-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    office = Office(folder: folder)
    pocket = try Pocket(in: folder)
    app = AppModel(phone: pocket.phone)
  }

  /// Runs a story in a new world; its link is not used yet.
  static func invited(_ story: @MainActor (World, String) async throws -> Void) async throws {
    let world = try World()
    let told: Result<Void, any Error>
    do {
      try await world.office.found()
      world.harbor = try await world.office.project("Harbor Outfall 2", ["Laborer", "Pipelayer"])
      world.bridge = try await world.office.project("Alder Bridge", ["Carpenter"])
      let (ana, link) = try await world.office.invite("Ana", to: [world.harbor, world.bridge])
      world.ana = ana
      try await story(world, link)
      told = .success(())
    } catch {
      told = .failure(error)
    }
    await world.app.close()
    await world.office.end()
    try? FileManager.default.removeItem(at: world.folder)
    try told.get()
  }

  /// The same, with Ana's phone enrolled and unlocked.
  static func begun(_ story: @MainActor (World, Client) async throws -> Void) async throws {
    try await invited { world, link in
      await world.app.open()
      guard case .enrol(let client) = world.app.stage else { throw Said(text: "not to enrol: \(world.app.stage)") }
      let enrol = EnrolModel(app: world.app, client: client)
      enrol.link = link
      await enrol.add()
      try #require(enrol.state == .enrolling, "\(enrol.state)")
      _ = try await client.sync()
      try await story(world, client)
    }
  }

  /// The phone is switched off and on again, and unlocked.
  func restart() async throws -> Client {
    await app.close()
    app = AppModel(phone: pocket.phone)
    await app.open()
    guard case .locked(let client) = app.stage else { throw Said(text: "not to unlock: \(app.stage)") }
    await UnlockModel(app: app, client: client).unlock()
    return client
  }

  /// The screen Now, read.
  func now(_ client: Client) async -> NowModel {
    let now = NowModel(app: app, client: client)
    await now.follow()
    await now.load()
    return now
  }

  /// Clocks in by two taps.
  func clockIn(_ now: NowModel, at site: String, as classification: String? = nil) async throws {
    now.ask(.clockIn)
    now.choose(try #require(now.today.value?.sites.first { $0.id == site }))
    now.choose(classification: classification)
    await now.confirm()
    try #require(now.fault == nil)
  }
}
