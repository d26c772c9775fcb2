// A phone without a phone: what the platform would give, by hand. Keys are in memory, and do what a test tells them to.

import Foundation
import PlumblineModel

/// A keystore that can go missing, be locked, or change.
final class Keys: Keystore, @unchecked Sendable {
  enum Mood { case well, missing, locked, changed }

  private let lock = NSLock()
  private var secrets: [String: Data] = [:]
  private var mood = Mood.well

  func turn(_ mood: Mood) { lock.withLock { self.mood = mood } }

  func load(name: String) throws -> Data? { try open { secrets[name] } }
  func store(name: String, secret: Data) throws { try open { secrets[name] = secret } }
  func remove(name: String) throws { try open { secrets[name] = nil } }
  func probe() throws { try open {} }

  private func open<T>(_ work: () -> T) throws -> T {
    try lock.withLock {
      switch mood {
      case .well: return work()
      case .missing: throw ShellFault.Missing
      case .locked: throw ShellFault.Locked
      case .changed: throw ShellFault.Invalidated
      }
    }
  }
}

/// The owner, who is there or not.
final class Owner: Presence, @unchecked Sendable {
  private let lock = NSLock()
  private var answer = Proof.owner

  func turn(_ answer: Proof) { lock.withLock { self.answer = answer } }
  func prove(_ reason: String) async -> Proof { lock.withLock { answer } }
}

/// Where the phone is: it looks for the place and finds it, unless a test says otherwise.
final class Ground: Places, @unchecked Sendable {
  private let lock = NSLock()
  private var states: [Whereabouts]?
  private var isLasting = false

  /// Where the phone is when somebody follows it next; `lasting` where it can be followed on.
  func turn(_ states: Whereabouts..., lasting: Bool = false) {
    lock.withLock { (self.states, isLasting) = (states, lasting) }
  }

  func follow() -> AsyncStream<Whereabouts> {
    AsyncStream { stream in
      for state in lock.withLock({ states }) ?? [.searching, .fix(Pocket.fix())] { stream.yield(state) }
      if !lock.withLock({ isLasting }) { stream.finish() }
    }
  }
}

/// The system's hands: they hold what they are given, and bring it nowhere.
final class Hands: Carrier, @unchecked Sendable {
  private let lock = NSLock()
  private var held: [UploadPartView] = []
  private var gate: Gate?
  private var asked = false

  var all: [UploadPartView] { lock.withLock { held } }
  /// True once somebody waits for the gate.
  var isAsked: Bool { lock.withLock { asked } }

  /// From here on they say what they hold when the gate is open.
  func wait(for gate: Gate) { lock.withLock { self.gate = gate } }

  func underWay() async -> [String] {
    let closed = lock.withLock {
      asked = gate != nil
      return gate
    }
    await closed?.pass()
    return all.map(\.name)
  }

  func carry(_ given: UploadPartsView) async { lock.withLock { held += given.parts } }
  func drop() async { lock.withLock { held = [] } }
}

final class Drawer: SettingsStore, @unchecked Sendable {
  private let lock = NSLock()
  private var texts: [String: String] = [:]

  func text(_ key: String) -> String? { lock.withLock { texts[key] } }
  func keep(_ key: String, _ text: String?) { lock.withLock { texts[key] = text } }
}

/// A camera that has a real picture, each time another one.
struct Album: Shutter {
  /// By so many bytes it is longer than it was.
  var more = 0

  func lens() async -> Lens { .plain }
  func zoom(to times: Double) async throws {}

  func shoot(into folder: URL, flash: Bool = false) async throws -> URL {
    guard let picture = Bundle.module.url(forResource: "path", withExtension: "jpg", subdirectory: "Pictures") else {
      throw Said(text: "there is no picture")
    }
    let file = folder.appendingPathComponent("\(UUID().uuidString).jpg")
    // What follows the end of a picture is not shown, but hashed.
    try (Data(contentsOf: picture) + Data(UUID().uuidString.utf8) + Data(count: more)).write(to: file)
    return file
  }
}

/// A wall that opens when a test says so.
final class Gate: @unchecked Sendable {
  private let lock = NSLock()
  private var isOpen = false
  private var waiting: [CheckedContinuation<Void, Never>] = []

  func pass() async {
    await withCheckedContinuation { one in
      let go = lock.withLock {
        if !isOpen { waiting.append(one) }
        return isOpen
      }
      if go { one.resume() }
    }
  }

  func open() {
    let all = lock.withLock {
      isOpen = true
      defer { waiting = [] }
      return waiting
    }
    for one in all { one.resume() }
  }
}

/// A phone in somebody's pocket, with a folder of its own.
struct Pocket {
  let folder: URL
  let keys = Keys()
  let owner = Owner()
  let ground = Ground()
  let hands = Hands()
  let drawer = Drawer()
  /// Ten seconds are over when it opens.
  let tenSeconds = Gate()

  init(in world: URL) throws {
    folder = world.appendingPathComponent("phone")
    for name in ["store", "shots", "exports"] {
      try FileManager.default.createDirectory(
        at: folder.appendingPathComponent(name), withIntermediateDirectories: true)
    }
  }

  /// A place that was measured so long ago.
  static func fix(
    latE7: Int64 = 371_000_000, accuracyCm: Int64 = 500, mock: Bool = false, age: Int64 = 0, reduced: Bool = false
  ) -> Fix {
    Fix(
      place: PlaceView(latE7: latE7, lonE7: -1_220_000_000, accuracyCm: accuracyCm, mock: mock, source: "gnss"),
      at: Int64(Date().timeIntervalSince1970 * 1000) - age, reduced: reduced)
  }

  var phone: Phone {
    let gate = tenSeconds
    return Phone(
      home: folder.appendingPathComponent("store"), shots: folder.appendingPathComponent("shots"),
      exports: folder.appendingPathComponent("exports"), label: "Ana's phone", boot: nil, keystore: keys,
      presence: owner, places: ground, carrier: hands, settings: drawer,
      wait: { _ in await gate.pass() })
  }
}
