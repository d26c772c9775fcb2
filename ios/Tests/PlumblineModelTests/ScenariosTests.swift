// What must hold for every field app, by the models of this one over the real core, against the real server. The same stories
// by the same names are told in Rust and Kotlin.

import Foundation
import PlumblineModel
import Testing

@MainActor @Suite(.serialized) struct ScenariosTests {
  @Test func aPhoneEnrolsByItsInviteAndOpensAgainWithoutASignal() async throws {
    try await World.invited { world, link in
      await world.office.stop()
      await world.app.open()
      guard case .enrol(let client) = world.app.stage else { throw Said(text: "\(world.app.stage)") }
      world.app.take(link: link)
      let first = EnrolModel(app: world.app, client: client)
      await first.load()
      #expect(first.server?.hasPrefix("127.0.0.1:") == true)
      await first.add()
      #expect(first.state == .saved)

      try await world.office.start()
      // The link was kept, so nobody types it again, not even after the app was ended.
      let second = EnrolModel(app: world.app, client: client)
      await world.office.stop()
      await second.load()
      #expect(second.state == .saved)
      try await world.office.start()
      let before = second.chances
      world.app.networkCame()
      #expect(second.chances > before)
      await second.tryAgain()
      guard case .inside = world.app.stage else { throw Said(text: "\(world.app.stage)") }
      #expect(world.app.status?.memberName == "Ana")
      _ = try await client.sync()

      await world.office.stop()
      let again = try await world.restart()
      guard case .inside = world.app.stage else { throw Said(text: "\(world.app.stage)") }
      let now = await world.now(again)
      #expect(now.today.value?.sites.map(\.name) == ["Alder Bridge", "Harbor Outfall 2"])
      #expect(now.today.value?.state == .off)
    }
  }

  @Test func hoursClockedOfflineArriveOnceAfterTheSignalReturns() async throws {
    try await World.begun { world, client in
      await world.office.stop()
      let now = await world.now(client)
      try await world.clockIn(now, at: world.harbor, as: "Pipelayer")
      #expect(now.today.value?.state == .working)
      #expect(now.today.value?.classification == "Pipelayer")
      #expect(now.waiting == 1)

      let waiting = WaitingModel(app: world.app, client: client)
      await waiting.tryNow()
      #expect(waiting.fault == .Offline)
      #expect(waiting.waiting.value?.items.count == 1)

      try await world.office.start()
      await waiting.tryNow()
      await waiting.tryNow()
      #expect(waiting.fault == nil)
      #expect(waiting.waiting.value?.isEmpty == true)
      let punches = try await world.office.records("punch")
      #expect(punches.map { $0["fields"]["what"].text } == ["in"])
      #expect(punches.first?["fields"]["place"]["accuracy_cm"].number == 500)
    }
  }

  @Test func twoTapsClockInAndUndoTakesItBack() async throws {
    try await World.begun { world, client in
      let now = await world.now(client)
      now.ask(.clockIn)
      #expect(!now.canConfirm, "with two projects one has to be chosen")
      try await world.clockIn(now, at: world.harbor)
      #expect(now.today.value?.state == .working)
      #expect(now.done?.step == .clockIn)
      await now.undo()
      #expect(now.today.value?.state == .off)
      #expect(now.done == nil)

      // The next time nothing has to be chosen: these are the two taps.
      now.ask(.clockIn)
      await now.confirm()
      #expect(now.today.value?.site?.id == world.harbor)
      world.pocket.tenSeconds.open()
      while now.done != nil { await Task.yield() }

      _ = try await client.sync()
      #expect(try await world.office.records("punch").count == 1)
      let all = try await world.office.records("punch", withdrawn: true)
      #expect(all.map { $0["withdrawn"].flag } == [true, false])
    }
  }

  @Test func switchingWorkIsAnOutAndAnInAtOneMoment() async throws {
    try await World.begun { world, client in
      let now = await world.now(client)
      try await world.clockIn(now, at: world.harbor, as: "Laborer")
      now.ask(.switchWork)
      #expect(!now.canConfirm, "to the same work is no switch")
      now.choose(try #require(now.today.value?.sites.first { $0.id == world.bridge }))
      await now.confirm()
      #expect(now.fault == nil)
      #expect(now.today.value?.site?.id == world.bridge)

      _ = try await client.sync()
      let punches = try await world.office.records("punch")
      #expect(punches.count == 3)
      let left = try #require(punches.first { $0["fields"]["what"].text == "out" })
      let begun = try #require(punches.first { $0["project"].text == world.bridge })
      #expect(left["project"].text == world.harbor)
      #expect(begun["fields"]["what"].text == "in")
      #expect(left["fields"]["at"]["stated"].number == begun["fields"]["at"]["stated"].number)

      now.ask(.switchWork)
      now.choose(classification: "Carpenter")
      await now.confirm()
      #expect(now.today.value?.classification == "Carpenter")
    }
  }

  @Test func aPhotographTakenOfflineArrivesOnceAndIsVerified() async throws {
    try await World.begun { world, client in
      await world.office.stop()
      let camera = CameraModel(app: world.app, client: client)
      await camera.load()
      await camera.follow()
      camera.site = camera.sites.first { $0.id == world.harbor }
      await camera.shoot(Album())
      let taken = try #require(camera.last)
      #expect(camera.unsealed == nil)
      #expect(taken.state == .local)
      #expect(taken.source == .camera)
      #expect(taken.place?.accuracyCm == 500)
      let left = try FileManager.default.contentsOfDirectory(atPath: world.app.phone.shots.path)
      #expect(left == [], "what is sealed is nowhere in clear")

      try await world.office.start()
      let waiting = WaitingModel(app: world.app, client: client)
      let photograph = PhotographModel(app: world.app, client: client, id: taken.id)
      try await world.until {
        await waiting.tryNow()
        await photograph.load()
        return photograph.photo.value?.state == .verified && photograph.picture != nil
      }
      #expect(photograph.custody.map(\.state) == [.taken, .logged, .received, .verified])
      await waiting.load()
      #expect(waiting.waiting.value?.sent == WaitingModel.Sent(photos: 1, verified: 1))
      await photograph.check()
      #expect(photograph.checked?.bytes == .same)
      await photograph.export()
      #expect(try Data(contentsOf: #require(photograph.copy)).count == Int(taken.bytes))

      try await world.office.call("sync")
      let arrived = try await world.office.call("photos")["photos"].list
      #expect(arrived.map { $0["sha256"].text } == [taken.sha256])
      #expect(arrived.first?["state"].text == "verified")
    }
  }

  @Test func aWeekInATunnelOutlivesRestartsAndArrivesWhole() async throws {
    try await World.begun { world, first in
      await world.office.stop()
      var client = first
      var hashes: Set<String> = []
      for day in 1...5 {
        let now = await world.now(client)
        try await world.clockIn(now, at: world.harbor, as: "Laborer")
        let camera = CameraModel(app: world.app, client: client)
        await camera.load()
        await camera.shoot(Album())
        hashes.insert(try #require(camera.last).sha256)
        let records = RecordsModel(app: world.app, client: client)
        await records.load()
        try await world.write("Day \(day)", records)
        client = try await world.restart()
        let later = await world.now(client)
        #expect(later.today.value?.state == .working, "a restart ends no shift")
        later.ask(.clockOut)
        await later.confirm()
        #expect(later.today.value?.state == .off)
      }
      let waiting = WaitingModel(app: world.app, client: client)
      await waiting.load()
      let items = try #require(waiting.waiting.value?.items)
      #expect([items, items.filter { $0.upload != nil }].map(\.count) == [20, 5], "a photograph is one thing")
      #expect(waiting.waiting.value?.sent == WaitingModel.Sent(photos: 0, verified: 0))

      try await world.office.start()
      try await world.until {
        await waiting.tryNow()
        return waiting.waiting.value?.isEmpty == true
      }
      let whats = try await world.office.records("punch").map { $0["fields"]["what"].text }
      #expect(whats == Array(repeating: ["in", "out"], count: 5).flatMap { $0 })
      #expect(try await world.office.records("note").count == 5)
      let photos = try await world.office.call("photos")["photos"].list
      #expect(Set(photos.map { $0["sha256"].text }) == hashes)
      #expect(photos.count == 5)
    }
  }

  @Test func aConflictKeepsBothValuesUntilSomebodyChooses() async throws {
    try await World.begun { world, client in
      let records = RecordsModel(app: world.app, client: client)
      await records.load()
      try await world.write("Concrete at two", records)
      _ = try await client.sync()
      await records.load()
      let record = try #require(records.records.value?.first)
      let form = try #require(records.open(record))

      // While Ana has the form open, the office writes something else.
      let note = try #require(try await world.office.records("note").first)
      try await world.office.call(
        "write",
        [
          "kind": "note", "record": note["id"].text, "fields": ["text": "Concrete at three"],
          "as_of": note["as_of"].text,
        ])
      try await world.office.call("sync")
      form.rows[0].entry = .text("Concrete at four")
      await form.save()
      #expect(form.isSaved)
      _ = try await client.sync()

      let waiting = WaitingModel(app: world.app, client: client)
      await waiting.load()
      let conflict = try #require(waiting.waiting.value?.conflicts.first)
      #expect(conflict.field == "text")
      #expect(conflict.values == [.text("Concrete at three"), .text("Concrete at four")])
      await waiting.choose(.text("Concrete at three"), of: conflict)
      #expect(waiting.fault == nil)
      #expect(waiting.waiting.value?.conflicts == [])

      _ = try await client.sync()
      try await world.office.call("sync")
      #expect(try await world.office.call("conflicts").list.isEmpty)
      let history = try await world.office.call("history", ["id": note["id"].text]).list
      let texts = history.map { $0["fields"]["text"].text }
      #expect(texts == ["Concrete at two", "Concrete at three", "Concrete at four", "Concrete at three"])
    }
  }

  @Test func aCallThatIsCancelledEndsAsCancelledAndTheNextOneWorks() async throws {
    try await World.begun { world, client in
      world.office.hang()
      let call = Task { try await client.cancelling { try await $0.sync() } }
      call.cancel()
      await #expect(throws: Fault.Cancelled) { try await call.value }

      let waiting = WaitingModel(app: world.app, client: client)
      let trying = Task { await waiting.tryNow() }
      while !waiting.isSending { await Task.yield() }
      waiting.stop()
      await trying.value
      #expect(!waiting.isSending)
      #expect(waiting.fault == nil, "who stops something knows why it stopped")

      world.office.goOn()
      await waiting.tryNow()
      #expect(waiting.sent != nil)
      let now = await world.now(client)
      try await world.clockIn(now, at: world.harbor)
      #expect(now.today.value?.state == .working)
    }
  }

  @Test func aKeystoreThatIsMissingLockedOrChangedIsThreeDifferentFaults() async throws {
    try await World.begun { world, _ in
      await world.app.close()
      let moods: [(Keys.Mood, Lock)] = [(.missing, .missing), (.locked, .locked), (.changed, .invalidated)]
      for (mood, why) in moods {
        world.pocket.keys.turn(mood)
        let app = AppModel(phone: world.pocket.phone)
        await app.open()
        guard case .shut(let fault) = app.stage else { throw Said(text: "\(app.stage)") }
        #expect(fault == .Locked(why: why))
        #expect(app.words.say(fault).wayOn.isEmpty == false)

        // Nothing was lost by it, and the same app opens when the keys are there.
        world.pocket.keys.turn(.well)
        await app.open()
        guard case .locked = app.stage else { throw Said(text: "\(app.stage)") }
        #expect(app.status?.memberName == "Ana")
        await app.close()
      }
    }
  }

  @Test func aListenerHearsWhatChangedAndOneThatThrowsHarmsNobody() async throws {
    try await World.begun { world, _ in
      await world.app.close()
      let ear = Ear()
      let phone = world.pocket.phone
      let heard = try await Client.open(home: phone.home.path, keystore: phone.keystore, listener: ear)
      _ = try await heard.clock(request: ClockRequest(what: "in", project: world.harbor))
      for await event in ear.events where event == .records(kinds: ["punch"]) { break }
      try await heard.pause()

      let deaf = try await Client.open(home: phone.home.path, keystore: phone.keystore, listener: Deaf())
      _ = try await deaf.clock(request: ClockRequest(what: "out", project: world.harbor))
      #expect(try await deaf.status().waiting == 2)
      try await deaf.pause()
    }
  }

  @Test func aWorkerSignsAWeekAndTakesACopyAlong() async throws {
    try await World.begun { world, client in
      let hour: Int64 = 3_600_000
      let end = world.app.phone.now() - hour
      for (what, at) in [("in", end - 8 * hour), ("out", end)] {
        try await world.office.call("clock", ["what": what, "project": world.harbor, "worker": world.ana, "at": at])
      }
      try await world.office.call("sync")
      _ = try await client.sync()

      let hours = HoursModel(app: world.app, client: client)
      await hours.load()
      // Who starts this early on a Monday finds the shift in the week before.
      if hours.week.value?.isEmpty == true { await hours.turn(-1) }
      let sheet = try #require(hours.week.value?.sheets.first { $0.id == world.harbor })
      #expect(sheet.person.seconds > 0)
      await hours.sign(sheet)
      #expect(hours.fault == nil)
      let signed = try #require(hours.week.value?.sheets.first { $0.id == world.harbor })
      #expect(signed.person.state == .signed)

      await hours.takeCopy()
      let copy = try #require(hours.copy?.folder)
      for file in ["records/punch.jsonl", "records/week.jsonl"] {
        let text = try String(contentsOf: copy.appendingPathComponent(file), encoding: .utf8)
        #expect(text.isEmpty == false, "\(file)")
      }

      _ = try await client.sync()
      try await world.office.call("sync")
      let week = try await world.office.call("week", ["date": hours.date])
      let person = try #require(
        week["people"].list.first { $0["worker"].text == world.ana && $0["project"].text == world.harbor })
      #expect(person["state"].text == "signed")
      #expect(person["signed"]["seconds"].number == signed.person.seconds)
    }
  }
}

/// Throws whatever it hears.
private final class Deaf: EventListener {
  func onEvent(event: Event) throws { throw Said(text: "not interested") }
}

extension World {
  /// Writes a note by its form.
  func write(_ text: String, _ records: RecordsModel) async throws {
    let form = try #require(records.new())
    try #require(form.rows.first?.id == "text")
    form.rows[0].entry = .text(text)
    await form.save()
    try #require(form.isSaved, "\(String(describing: form.fault))")
  }

  /// Asks again until it holds; each asking is a round with the server, which may take its time.
  func until(_ holds: () async throws -> Bool) async throws {
    let patience = ContinuousClock.now + .seconds(60)
    while ContinuousClock.now < patience {
      if try await holds() { return }
    }
    throw Said(text: "it never came to hold")
  }
}
