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
  /// Where the shot would be, and what the core would state of it.
  public let standpoint: Standpoint
  public private(set) var sites: [Site] = []
  public private(set) var lens = Lens.plain
  public private(set) var zoom = 1.0
  public private(set) var hasFlashOn = false
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
    standpoint = Standpoint(app: app, client: client)
  }

  /// Where photographs go.
  public var site: Site? {
    get { standpoint.site }
    set { standpoint.site = newValue }
  }

  public func load() async {
    switch await asking({ try await client.room() }) {
    case .failure(let fault): state = .failed(fault)
    case .success(let room): state = room.capture ? .ready(room) : .full(room)
    }
    sites = (try? await Site.all(client)) ?? []
    site = site ?? sites.first { $0.id == app.settings.project } ?? sites.first
    await standpoint.ask()
    await adopt()
  }

  /// Follows where the phone is; ends with its task.
  public func follow() async { await standpoint.follow() }

  /// Chooses where photographs go, by whose fence the place is judged from here on.
  public func choose(_ site: Site) async {
    self.site = site
    await standpoint.ask()
  }

  public var canShoot: Bool {
    guard case .ready = state else { return false }
    return site != nil && !isSealing && unsealed == nil
  }

  /// Takes up a camera, which may stand as somebody left it.
  public func take(up shutter: any Shutter) async {
    lens = await shutter.lens()
    await zoom(to: 1, shutter)
  }

  /// Zooms to one of the lens's factors; where the camera cannot, it stays as it is.
  public func zoom(to times: Double, _ shutter: any Shutter) async {
    guard lens.zooms.contains(times), (try? await shutter.zoom(to: times)) != nil else { return }
    zoom = times
  }

  /// Switches the flash of the next pictures on or off.
  public func switchFlash() { hasFlashOn = lens.hasFlash && !hasFlashOn }

  /// The shutter.
  public func shoot(_ shutter: any Shutter) async {
    guard canShoot, let site else { return }
    isSealing = true
    let place = standpoint.place
    do {
      let file = try await shutter.shoot(into: app.phone.shots, flash: hasFlashOn)
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
