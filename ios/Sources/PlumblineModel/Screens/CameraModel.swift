// Camera: asks for room before it opens, shows what the evidence will be worth before the shot, and hands each picture to the
// core, which hashes and seals it. A picture that could not be sealed stays in its file until it is.

import Foundation
import Observation

@MainActor @Observable
public final class CameraModel {
  public enum State: Equatable {
    case checking
    /// There is no room for one more; nothing opens.
    case full(RoomView)
    case failed(Fault)
    case ready(RoomView)
  }

  public private(set) var state = State.checking
  public private(set) var whereabouts = Whereabouts.searching
  public private(set) var sites: [Site] = []
  public var site: Site?
  public private(set) var last: PhotoView?
  public private(set) var isSealing = false
  /// A picture that was taken and is not sealed, and why.
  public private(set) var unsealed: (file: URL, fault: Fault)?

  private let app: AppModel
  private let client: Client
  private var sealing: Task<Void, Never>?

  public init(app: AppModel, client: Client) {
    self.app = app
    self.client = client
  }

  public var now: Int64 { app.phone.now() }

  /// When the server last confirmed this phone's time; none where it never did.
  public var timeChecked: Int64? { app.status?.contact }

  public func load() async {
    switch await asking({ try await client.room() }) {
    case .failure(let fault): state = .failed(fault)
    case .success(let room): state = room.capture ? .ready(room) : .full(room)
    }
    sites = (try? await Site.all(client)) ?? []
    site = site ?? sites.first { $0.id == app.settings.project } ?? sites.first
    await adopt()
  }

  /// Follows where the phone is; ends with its task.
  public func follow() async {
    for await now in app.phone.places.follow() { whereabouts = now }
  }

  public var canShoot: Bool {
    guard case .ready = state else { return false }
    return site != nil && !isSealing && unsealed == nil
  }

  /// The shutter.
  public func shoot(_ shutter: any Shutter) async {
    guard canShoot, let site else { return }
    isSealing = true
    let place = whereabouts.fix.flatMap { $0.isFresh(at: app.phone.now()) ? $0.place : nil }
    do {
      let file = try await shutter.shoot(into: app.phone.shots)
      await seal(file, site, .camera, place)
    } catch {
      state = .failed(Fault(error))
    }
    isSealing = false
  }

  /// Seals a picture again that could not be sealed.
  public func tryAgain() async {
    guard let unsealed, let site, !isSealing else { return }
    isSealing = true
    await seal(unsealed.file, site, .camera, nil)
    isSealing = false
  }

  private func seal(_ file: URL, _ site: Site, _ source: Source, _ place: PlaceView?) async {
    let request = CaptureRequest(
      path: file.path, project: site.id, source: source, caption: nil, tags: [], place: place)
    switch await asking({ try await client.capture(request: request) }) {
    case .success(let photo):
      (last, unsealed) = (photo, nil)
      try? FileManager.default.removeItem(at: file)
    case .failure(let fault):
      unsealed = (file, fault)
    }
    if let room = try? await client.room() { state = room.capture ? .ready(room) : .full(room) }
  }

  /// Takes in what an earlier run left when it was ended in the middle. When that was taken is no longer known for sure, so
  /// it counts as an import.
  private func adopt() async {
    guard case .ready = state, let site, unsealed == nil else { return }
    let left = try? FileManager.default.contentsOfDirectory(at: app.phone.shots, includingPropertiesForKeys: nil)
    for file in (left ?? []).sorted(by: { $0.path < $1.path })
    where file.pathExtension == "jpg" || file.pathExtension == "heic" {
      await seal(file, site, .import, nil)
      if unsealed != nil { return }
    }
  }
}
