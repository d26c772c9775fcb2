// The app as a whole: who may look at it, when the core rests, what a person chose, and what becomes of pictures that could not
// be sealed.

import Foundation
import Testing

@testable import PlumblineModel

@MainActor @Suite(.serialized) struct AppTests {
  @Test func aReadingThatBeganEarlierNeverStandsOverALaterOne() {
    var shown = Shown<Int>()
    let (first, second) = (shown.begin(), shown.begin())
    let taken = [
      shown.take(.success(2), of: second), shown.take(.success(1), of: first),
      shown.take(.failure(.NotFound), of: first),
    ]
    #expect(taken == [true, false, false])
    #expect(shown.value == 2 && shown.fault == nil)
  }

  @Test func whoIsNotTheOwnerStaysOutside() async throws {
    try await World.begun { world, _ in
      for proof in [Proof.nobody, .changed, .unprotected] {
        world.pocket.owner.turn(proof)
        await world.app.close()
        let app = AppModel(phone: world.pocket.phone)
        await app.open()
        guard case .locked(let client) = app.stage else { throw Said(text: "\(app.stage)") }
        let unlock = UnlockModel(app: app, client: client)
        await unlock.unlock()
        #expect(unlock.state == .refused(proof))
        guard case .locked = app.stage else { throw Said(text: "\(app.stage)") }
        #expect(unlock.name == "Ana")
        await app.close()
      }
    }
  }

  @Test func whoLooksAwayForLongShowsThemselvesAgain() async throws {
    try await World.begun { world, _ in
      let clock = Hand()
      var phone = world.pocket.phone
      phone.now = { clock.now }
      await world.app.close()
      let app = AppModel(phone: phone)
      await app.open()
      guard case .locked(let client) = app.stage else { throw Said(text: "\(app.stage)") }
      await UnlockModel(app: app, client: client).unlock()

      await app.leave()
      // Another process may have the store now: nothing of it is held.
      let other = try await Client.open(home: phone.home.path, keystore: phone.keystore)
      try await other.pause()
      clock.turn(59_000)
      await app.comeBack()
      guard case .inside = app.stage else { throw Said(text: "\(app.stage)") }

      await app.leave()
      clock.turn(61_000)
      await app.comeBack()
      guard case .locked = app.stage else { throw Said(text: "\(app.stage)") }
      #expect(try await client.status().state == "enrolled", "the core is awake again")
      await app.close()
    }
  }

  @Test func workInTheBackgroundSendsWhatWaitsAndLetsGoAgain() async throws {
    try await World.begun { world, client in
      await world.office.stop()
      let now = await world.now(client)
      try await world.clockIn(now, at: world.harbor)
      await world.app.leave()
      #expect(await world.app.workInBackground() == false, "without a signal nothing goes")
      try await world.office.start()
      #expect(await world.app.workInBackground())
      #expect(try await world.office.records("punch").count == 1)
      let other = try await Client.open(home: world.app.phone.home.path, keystore: world.app.phone.keystore)
      try await other.pause()
    }
  }

  @Test func anAppThatTheSystemStartedForWorkHoldsNothingAfterIt() async throws {
    try await World.begun { world, client in
      let now = await world.now(client)
      try await world.clockIn(now, at: world.harbor)
      await world.app.close()
      let app = AppModel(phone: world.pocket.phone)
      #expect(await app.workInBackground())
      let other = try await Client.open(home: app.phone.home.path, keystore: app.phone.keystore)
      try await other.pause()
      // The person opens it later: the same core, awake again, behind the lock.
      await app.open()
      guard case .locked(let same) = app.stage else { throw Said(text: "\(app.stage)") }
      #expect(try await same.status().waiting == 0)
      await app.close()
    }
  }

  @Test func openingTwiceAtOnceOpensOnce() async throws {
    try await World.begun { world, _ in
      await world.app.close()
      let app = AppModel(phone: world.pocket.phone)
      async let first: Void = app.open()
      async let second: Void = app.comeBack()
      _ = await (first, second)
      guard case .locked = app.stage else { throw Said(text: "\(app.stage)") }
      await app.close()
    }
  }

  @Test func whoComesWhileItOpensForWorkFindsItAwakeAfterIt() async throws {
    try await World.begun { world, _ in
      await world.app.close()
      let app = AppModel(phone: world.pocket.phone)
      let work = Task { await app.workInBackground() }
      let screen = Task { await app.open() }
      _ = await (work.value, screen.value)
      guard case .locked(let client) = app.stage else { throw Said(text: "\(app.stage)") }
      #expect(try await client.status().state == "enrolled", "the core stays awake for the screen")
      await app.close()
    }
  }

  @Test func whoLeavesWhileItOpensLeavesItAtRest() async throws {
    try await World.begun { world, _ in
      await world.app.close()
      let app = AppModel(phone: world.pocket.phone)
      let opening = Task { await app.open() }
      await app.leave()
      await opening.value
      let other = try await Client.open(home: app.phone.home.path, keystore: app.phone.keystore)
      try await other.pause()
      await app.comeBack()
      guard case .locked = app.stage else { throw Said(text: "\(app.stage)") }
      await app.close()
    }
  }

  @Test func theCoreRestsOnlyWhenNobodyNeedsIt() async throws {
    let log = Log()
    let awake = Awake([.screen], pause: { log.add("pause") }, resume: { log.add("resume") })
    try await awake.need(.background)
    try await awake.release(.screen)
    #expect(log.all == [])
    try await awake.release(.background)
    #expect(log.all == ["pause"])
    try await awake.need(.background)
    try await awake.need(.screen)
    try await awake.release(.background)
    #expect(log.all == ["pause", "resume"])
  }

  @Test func whoCouldNotHaveTheCoreDoesNotKeepItAwakeLater() async throws {
    let awake = Awake([.background], pause: {}, resume: { throw Fault.NotFound })
    try await awake.release(.background)
    await #expect(throws: Fault.NotFound) { try await awake.need(.screen) }
    #expect(await !awake.isNeeded(by: .screen))
  }

  @Test func whatBeginsLaterWaitsUntilWhatBeganBeforeHasEnded() async {
    let (turns, log) = (Turns(), Log())
    let first = Task {
      await turns.take {
        log.add("begun")
        while !Task.isCancelled { await Task.yield() }
        for _ in 0..<100 { await Task.yield() }
        log.add("ended")
        return false
      }
    }
    while log.all.isEmpty { await Task.yield() }
    let second = Task {
      await turns.take {
        log.add("next")
        return true
      }
    }
    // Whose time is up stops what they wait for.
    second.cancel()
    #expect(await first.value == false)
    #expect(await second.value)
    #expect(log.all == ["begun", "ended", "next"])
  }

  @Test func whatAPersonChoseIsThereTheNextTime() {
    let drawer = Drawer()
    let settings = Settings(drawer)
    #expect(settings.language == nil)
    #expect(settings.look(isDark: true, isBright: false) == .dark)
    #expect(settings.look(isDark: true, isBright: true) == .sunlight)
    settings.language = .es
    settings.look = .light
    let later = Settings(drawer)
    #expect(later.language == .es)
    #expect(later.look(isDark: true, isBright: true) == .light)
  }

  @Test func aPictureThatWasLeftBehindIsTakenInAsAnImport() async throws {
    try await World.begun { world, client in
      let left = try await Album().shoot(into: world.app.phone.shots)
      let camera = CameraModel(app: world.app, client: client)
      await camera.load()
      #expect(camera.last?.source == .import, "when it was taken is not known any more")
      #expect(!FileManager.default.fileExists(atPath: left.path))
      #expect(camera.canShoot)
    }
  }

  @Test func aPictureThatCannotBeSealedStaysUntilItCan() async throws {
    try await World.begun { world, client in
      let camera = CameraModel(app: world.app, client: client)
      await camera.load()
      try await client.pause()
      await camera.shoot(Album())
      let unsealed = try #require(camera.unsealed)
      #expect(FileManager.default.fileExists(atPath: unsealed.file.path))
      #expect(!camera.canShoot, "the next one would hide it")
      try await client.resume()
      await camera.tryAgain()
      #expect(camera.unsealed == nil)
      #expect(camera.last?.source == .camera)
      #expect(!FileManager.default.fileExists(atPath: unsealed.file.path))
    }
  }

  @Test func signingOutOffersFirstWhatIsOnlyHere() async throws {
    try await World.begun { world, client in
      await world.office.stop()
      let now = await world.now(client)
      try await world.clockIn(now, at: world.harbor)
      let settings = SettingsModel(app: world.app, client: client)
      await settings.load()
      #expect(settings.device?.label == "Ana's phone")
      await settings.signOut(givingUp: false)
      #expect(settings.leaving == .unsent(1))
      await settings.signOut(givingUp: true)
      guard case .enrol = world.app.stage else { throw Said(text: "\(world.app.stage)") }
    }
  }

  @Test func aForemanClocksTheirCrew() async throws {
    try await World.begun { world, _ in
      let (foreman, link) = try await world.office.invite("Teo", role: "foreman", to: [world.harbor])
      try await world.office.call(
        "write",
        [
          "kind": "crew", "project": world.harbor,
          "fields": ["name": "Pipe crew", "foreman": foreman, "members": ["add": [world.ana]]],
        ])
      try await world.office.call("sync")
      await world.app.close()
      let pocket = try Pocket(in: world.folder.appendingPathComponent("teo"))
      let app = AppModel(phone: pocket.phone)
      await app.open()
      guard case .enrol(let client) = app.stage else { throw Said(text: "\(app.stage)") }
      let enrol = EnrolModel(app: app, client: client)
      enrol.link = link
      await enrol.add()
      _ = try await client.sync()

      let now = NowModel(app: app, client: client)
      await now.load()
      let ana = try #require(now.today.value?.crew.first { $0.id == world.ana })
      #expect(ana.name == "Ana" && !ana.isWorking)
      await now.clock(ana)
      #expect(now.fault == nil)
      #expect(now.today.value?.crew.first { $0.id == world.ana }?.isWorking == true)
      #expect(now.today.value?.state == .off, "Teo's own clock is another")
      await app.close()
    }
  }
}

/// A clock that is turned by hand.
final class Hand: @unchecked Sendable {
  private let lock = NSLock()
  private var at = Int64(Date().timeIntervalSince1970 * 1000)

  var now: Int64 { lock.withLock { at } }
  func turn(_ by: Int64) { lock.withLock { at += by } }
}

/// What happened, in its order.
final class Log: @unchecked Sendable {
  private let lock = NSLock()
  private var lines: [String] = []

  var all: [String] { lock.withLock { lines } }
  func add(_ line: String) { lock.withLock { lines.append(line) } }
}
