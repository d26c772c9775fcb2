// Photographs in the system's hands: given when the screen goes, each part once, and taken back when it returns.

import Foundation
import FoundationNetworking
import PlumblinePlatform
import Testing

@testable import PlumblineModel

@MainActor @Suite(.serialized) struct UploadsTests {
  /// The file of authorities that URLSession trusts, where a test may write it.
  private nonisolated static let authorities = ProcessInfo.processInfo.environment["PLUMBLINE_AUTHORITIES"]
  /// Lives as long as the process, as on a phone; Linux's crashes where one is let go.
  private static let session = BackgroundSession(.ephemeral)

  @Test(.enabled(if: authorities != nil, "URLSession on Linux trusts the system's authorities, which are not ours"))
  func photographsThatTheSystemCarriesArriveWhileTheAppRests() async throws {
    try await World.begun { world, _ in
      let file = URL(fileURLWithPath: try #require(UploadsTests.authorities))
      try world.office.authority().write(to: file)
      let carrier = UploadsTests.session
      let (client, taken) = try await waiting(world)

      await client.handOver(to: carrier)
      try await client.pause()
      try await world.until { await carrier.underWay().isEmpty }
      #expect(try await state(of: taken.id, world) == "local", "that it has all bytes the server has to be told")

      try await client.resume()
      let missing = try await client.uploadParts(request: UploadPartsRequest(underWay: [], most: 1))
      #expect(missing.parts == [])
      #expect(try await client.sync().uploaded == 1)
      #expect(try await client.hasSentAll())
      #expect(try await state(of: taken.id, world) == "verified")
      try await client.pause()
    }
  }

  @Test func partsAreGivenOnceAndAgainWhereTheSystemLosesThem() async throws {
    try await World.begun { world, _ in
      let hands = world.pocket.hands
      let (client, taken) = try await waiting(world)

      await client.handOver(to: hands)
      let given = hands.all
      #expect(given.reduce(0) { $0 + $1.bytes } == taken.bytes)
      await client.handOver(to: hands)
      #expect(hands.all == given, "what the system carries is not given again")
      #expect(try await client.sync().uploaded == 0, "and not sent beside it")
      #expect(try await client.hasSentAll() == false)

      await hands.drop()
      await client.handOver(to: hands)
      #expect(hands.all.map(\.name) == given.map(\.name))
      await client.takeBack(from: hands)
      #expect(hands.all == [] && inClear(given) == [])
      #expect(try await client.sync().uploaded == 1)
      try await client.pause()
    }
  }

  @Test func comingBackTakesBackWhatTheSystemCarries() async throws {
    try await World.begun { world, client in
      let given = try await leave(world, client)
      let taken = try #require(given.first?.name.split(separator: ".").first.map(String.init))
      #expect(inClear(given).count == given.count)
      #expect(await world.app.workInBackground() == false, "what is carried is not there yet")
      #expect(try await state(of: taken, world) == "local")

      await world.app.comeBack()
      #expect(world.pocket.hands.all == [] && inClear(given) == [])
      try await world.until { try await client.hasSentAll() }
      #expect(try await state(of: taken, world) == "verified")
    }
  }

  @Test func whoComesBackWhileItIsHandedOverFindsNothingCarried() async throws {
    try await World.begun { world, client in
      let hands = world.pocket.hands
      _ = try await leave(world, client)
      let gate = Gate()
      hands.wait(for: gate)
      let leaving = Task { await world.app.leave() }
      while !hands.isAsked { await Task.yield() }
      let coming = Task { await world.app.comeBack() }
      gate.open()
      _ = await (leaving.value, coming.value)
      #expect(hands.all == [])
      #expect(try await client.status().state == "enrolled", "the core is awake")
      _ = await world.app.workInBackground()
      #expect(hands.all == [], "while the screen is there the core sends by itself")
    }
  }

  @Test func whoSignsOutLeavesNothingWithTheSystem() async throws {
    try await World.begun { world, client in
      let given = try await leave(world, client)
      await world.app.comeBack()
      await world.pocket.hands.carry(UploadPartsView(authority: "", parts: given))
      await SettingsModel(app: world.app, client: client).signOut(givingUp: true)
      guard case .enrol = world.app.stage else { throw Said(text: "\(world.app.stage)") }
      #expect(world.pocket.hands.all == [] && inClear(given) == [])
    }
  }

  /// A photograph that was taken without a signal, and a core that sends nothing by itself.
  private func waiting(_ world: World) async throws -> (Client, PhotoView) {
    await world.office.stop()
    guard case .inside(let first) = world.app.stage else { throw Said(text: "\(world.app.stage)") }
    let taken = try await shoot(world, first)
    await world.app.close()
    try await world.office.start()
    let phone = world.pocket.phone
    return (try await Client.open(home: phone.home.path, keystore: phone.keystore), taken)
  }

  /// Takes photographs and leaves, until the system carries some of one: the core may send the first ones before.
  private func leave(_ world: World, _ client: Client) async throws -> [UploadPartView] {
    try await world.until {
      await world.app.comeBack()
      _ = try await shoot(world, client)
      await world.app.leave()
      return !world.pocket.hands.all.isEmpty
    }
    return world.pocket.hands.all
  }

  /// A photograph of many parts.
  private func shoot(_ world: World, _ client: Client) async throws -> PhotoView {
    let camera = CameraModel(app: world.app, client: client)
    await camera.load()
    await camera.shoot(Album(more: 1 << 20))
    return try #require(camera.last)
  }

  /// What the office knows of a photograph.
  private func state(of photo: String, _ world: World) async throws -> String? {
    try await world.office.call("sync")
    return try await world.office.call("photos")["photos"].list.first { $0["id"].text == photo }?["state"].text
  }

  /// The files of parts that are still there.
  private func inClear(_ parts: [UploadPartView]) -> [String] {
    parts.map(\.file).filter { FileManager.default.fileExists(atPath: $0) }
  }
}
