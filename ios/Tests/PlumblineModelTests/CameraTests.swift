// Before something is recorded: what the screens say of time and place by the core, and what the lens is set to.

import Foundation
import PlumblineModel
import Testing

@MainActor @Suite(.serialized) struct CameraTests {
  private let words = Words(.en)

  @Test func theTimeIsExactAfterContactWithTheServer() async throws {
    try await World.begun { world, client in
      let camera = CameraModel(app: world.app, client: client)
      #expect(camera.standpoint.here == nil)
      #expect(camera.standpoint.clock == nil, "nothing is claimed before the core answered")
      await camera.load()
      let here = try #require(camera.standpoint.here)
      #expect(here.at.how == "anchored")
      #expect(words.time(here.known) == "Time exact")
      let clock = try #require(camera.standpoint.clock)
      #expect(abs(clock - camera.standpoint.now) < 10_000)
      #expect(words.clock(clock, doubt: here.doubt).hasSuffix("\u{a0}s"))
    }
  }

  @Test func thePlaceIsJudgedByTheFenceOfTheChosenSite() async throws {
    try await World.begun { world, client in
      try await fence(world, client)
      let camera = CameraModel(app: world.app, client: client)
      await camera.load()
      try await choose(world.harbor, camera)
      #expect(says(camera) == ["Looking for the place"])

      world.pocket.ground.turn(.searching, .fix(Pocket.fix(age: 3_500)))
      await camera.follow()
      #expect(says(camera) == ["Inside site", "±17 ft, 3 s old"])
      try await choose(world.bridge, camera)
      #expect(says(camera) == ["Place known", "±17 ft, 3 s old"], "a site without a fence judges nothing")
      try await choose(world.harbor, camera)
      #expect(says(camera).first == "Inside site")

      let others: [(Whereabouts, [String])] = [
        (.fix(Pocket.fix(latE7: 371_100_000)), ["Outside site", "±17 ft, 0 s old"]),
        (.fix(Pocket.fix(accuracyCm: 10_001)), ["Can’t tell: fence 329 ft away", "±329 ft, 0 s old"]),
        (
          .fix(Pocket.fix(mock: true)),
          ["Inside site", "±17 ft, 0 s old. The phone said that this location is made up."]
        ),
        (.fix(Pocket.fix(age: 150_000)), ["Place not known", "±17 ft, 2 min old"]),
        (.off, ["Place off"]),
      ]
      for (whereabouts, expected) in others {
        world.pocket.ground.turn(whereabouts)
        await camera.follow()
        #expect(says(camera) == expected)
      }
    }
  }

  @Test func aPlaceThatIsOnlyRoughlyKnownIsSaidToBe() async throws {
    try await World.begun { world, client in
      world.pocket.ground.turn(.fix(Pocket.fix(accuracyCm: 300_000, reduced: true)))
      let camera = CameraModel(app: world.app, client: client)
      await camera.load()
      await camera.follow()
      #expect(says(camera).first == "Place only roughly known")
    }
  }

  @Test func aPlaceIsJudgedAgainAsItGrowsOld() async throws {
    try await World.begun { world, client in
      try await fence(world, client)
      let (clock, fiveSeconds, pauses) = (Hand(), Gate(), Log())
      var phone = world.pocket.phone
      phone.now = { clock.now }
      phone.wait = { pause in
        await fiveSeconds.pass()
        pauses.add("\(pause)")
        if pauses.all.count > 1 { throw CancellationError() }
      }
      await world.app.close()
      let app = AppModel(phone: phone)
      await app.open()
      guard case .locked(let client) = app.stage else { throw Said(text: "\(app.stage)") }
      let camera = CameraModel(app: app, client: client)
      await camera.load()
      try await choose(world.harbor, camera)

      world.pocket.ground.turn(.fix(Pocket.fix()), lasting: true)
      let following = Task { await camera.follow() }
      try await until { says(camera).first == "Inside site" }
      clock.turn(Fix.longest + 1_000)
      fiveSeconds.open()
      try await until { says(camera).first == "Place not known" }
      #expect(pauses.all.first == "\(Duration.seconds(5))")
      following.cancel()
      await following.value
      await app.close()
    }
  }

  @Test func whoIsOffTheClockSeesWhetherTheyAreInside() async throws {
    try await World.begun { world, client in
      try await fence(world, client)
      let now = await world.now(client)
      #expect(now.proposed == nil, "two sites, and none of them known yet")
      #expect(words.place(now.standpoint.here?.verdict, at: now.standpoint.whereabouts) == "Place known")
      now.ask(.clockIn)
      now.choose(try #require(now.today.value?.sites.first { $0.id == world.harbor }))
      await now.stand()
      #expect(now.standpoint.here?.verdict.verdict == "inside")
      await now.confirm()
      #expect(now.proposed == nil && now.verdict?.verdict == "inside", "now the punch says where it was")
    }
  }

  @Test func zoomAndFlashReachTheShutter() async throws {
    try await World.begun { world, client in
      let told = Log()
      let shutter = Zoomed(told: told)
      let camera = CameraModel(app: world.app, client: client)
      await camera.load()
      await camera.take(up: shutter)
      #expect(camera.lens == shutter.can && camera.zoom == 1)
      await camera.zoom(to: 2, shutter)
      await camera.zoom(to: 10, shutter)
      #expect(camera.zoom == 2, "the lens has no tenfold zoom")
      await camera.shoot(shutter)
      camera.switchFlash()
      #expect(camera.hasFlashOn)
      await camera.shoot(shutter)
      #expect(told.all == ["zoom 1.0", "zoom 2.0", "shot", "shot with flash"])
      #expect(camera.last?.source == .camera)
    }
  }

  @Test func aLensWithoutZoomAndFlashOffersNeither() async throws {
    try await World.begun { world, client in
      let camera = CameraModel(app: world.app, client: client)
      await camera.load()
      await camera.take(up: Album())
      #expect(camera.lens.zooms.count == 1)
      camera.switchFlash()
      #expect(!camera.hasFlashOn)
    }
  }

  /// What the camera says of the place: the word, and where there is a place, how good it is.
  private func says(_ camera: CameraModel) -> [String] {
    let standpoint = camera.standpoint
    let word = words.place(standpoint.here?.verdict, at: standpoint.whereabouts)
    return [word] + (standpoint.whereabouts.fix.map { [words.quality($0, now: standpoint.now)] } ?? [])
  }

  private func choose(_ site: String, _ camera: CameraModel) async throws {
    await camera.choose(try #require(camera.sites.first { $0.id == site }))
  }

  /// A fence of 100 metres around where the phone is, at the harbor alone.
  private func fence(_ world: World, _ client: Client) async throws {
    let circle = ["lat_e7": 371_000_000, "lon_e7": -1_220_000_000, "radius_cm": 10_000]
    try await world.office.call(
      "write", ["kind": "project", "record": world.harbor, "fields": ["geofence": ["circle": circle]]])
    try await world.office.call("sync")
    _ = try await client.sync()
  }

  private func until(_ isSo: () -> Bool) async throws {
    for _ in 0..<500 {
      if isSo() { return }
      try await Task.sleep(for: .milliseconds(10))
    }
    throw Said(text: "it never came to be")
  }
}

/// A camera with zoom and flash, which notes what it is told.
private struct Zoomed: Shutter {
  let told: Log
  let can = Lens(zooms: Lens.choices, hasFlash: true)

  func lens() async -> Lens { can }
  func zoom(to times: Double) async throws { told.add("zoom \(times)") }

  func shoot(into folder: URL, flash: Bool) async throws -> URL {
    told.add(flash ? "shot with flash" : "shot")
    return try await Album().shoot(into: folder, flash: flash)
  }
}
