// What the phone gives to the models: folders, keys, presence, place, camera, transfers. The platform has the real ones, tests
// their own. None of them knows a screen, and no model knows a framework.

import Foundation

/// Everything that a phone gives.
public struct Phone: Sendable {
  /// Folder of the store; private to the app, not in backups.
  public var home: URL
  /// Folder for photographs that are not sealed yet, and for copies that go to somebody else.
  public var shots: URL
  public var exports: URL
  /// What to call this phone.
  public var label: String
  /// The system's name of the time since it started, where it has one that the core cannot read itself.
  public var boot: String?
  public var keystore: any Keystore
  public var presence: any Presence
  public var places: any Places
  public var carrier: any Carrier
  public var settings: any SettingsStore
  /// Wall clock, milliseconds since 1970.
  public var now: @Sendable () -> Int64
  /// Ends after a time, or throws where its task is cancelled.
  public var wait: @Sendable (Duration) async throws -> Void

  public init(
    home: URL, shots: URL, exports: URL, label: String, boot: String?, keystore: any Keystore,
    presence: any Presence, places: any Places, carrier: any Carrier, settings: any SettingsStore,
    now: @escaping @Sendable () -> Int64 = { Int64(Date().timeIntervalSince1970 * 1000) },
    wait: @escaping @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) }
  ) {
    self.home = home
    self.shots = shots
    self.exports = exports
    self.label = label
    self.boot = boot
    self.keystore = keystore
    self.presence = presence
    self.places = places
    self.carrier = carrier
    self.settings = settings
    self.now = now
    self.wait = wait
  }
}

/// Whether the phone's owner is there: by face, finger or passcode.
public protocol Presence: Sendable {
  func prove(_ reason: String) async -> Proof
}

/// What came of asking for the owner.
public enum Proof: Equatable, Sendable {
  case owner
  /// Nobody, or they stopped.
  case nobody
  /// Faces or fingers were changed since the last time: the passcode decides.
  case changed
  /// The phone has no passcode.
  case unprotected
}

/// Where the phone is.
public protocol Places: Sendable {
  /// Each change, from the present one on; ends with its task.
  func follow() -> AsyncStream<Whereabouts>
}

/// What is known of where the phone is.
public enum Whereabouts: Equatable, Sendable {
  case searching
  /// The person, or the system, does not tell.
  case off
  case fix(Fix)

  public var fix: Fix? { if case .fix(let fix) = self { fix } else { nil } }
}

/// A place and when it was measured.
public struct Fix: Equatable, Sendable {
  public let place: PlaceView
  /// Milliseconds since 1970.
  public let at: Int64
  /// True where the person lets the app know only about where the phone is.
  public let reduced: Bool

  /// A place that is older says where somebody was, not where they are.
  public static let longest: Int64 = 120_000

  public init(place: PlaceView, at: Int64, reduced: Bool) {
    self.place = place
    self.at = at
    self.reduced = reduced
  }

  public func isFresh(at now: Int64) -> Bool { abs(now - at) <= Fix.longest }
}

/// The camera: what its lens can, and one picture at a time into a file of its own.
public protocol Shutter: Sendable {
  func lens() async -> Lens
  /// From here on the finder and the pictures are so many times the wide lens.
  func zoom(to times: Double) async throws
  func shoot(into folder: URL, flash: Bool) async throws -> URL
}

/// What a lens can.
public struct Lens: Equatable, Sendable {
  /// What a person may choose among, where the lens reaches it.
  public static let choices = [0.6, 1, 2]
  /// No zoom and no flash.
  public static let plain = Lens(zooms: [1], hasFlash: false)

  /// How many times the wide lens it can be at a touch, in their order; one alone is no choice.
  public let zooms: [Double]
  public let hasFlash: Bool

  public init(zooms: [Double], hasFlash: Bool) {
    self.zooms = zooms
    self.hasFlash = hasFlash
  }
}

/// The system's transfers, which go on while the app rests and after it was ended.
public protocol Carrier: Sendable {
  /// Names of the parts that are not there yet.
  func underWay() async -> [String]
  func carry(_ given: UploadPartsView) async
  /// Gives up all of them.
  func drop() async
}

/// Keeps what a person chose on this phone.
public protocol SettingsStore: Sendable {
  func text(_ key: String) -> String?
  func keep(_ key: String, _ text: String?)
}
