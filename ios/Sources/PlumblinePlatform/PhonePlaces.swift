// Where the phone is, as far as the person lets the app know: precise or about, now and then a mock. Runs only while somebody
// follows it.

import CoreLocation
import Foundation
import PlumblineModel

public final class PhonePlaces: Places {
  public init() {}

  public func follow() -> AsyncStream<Whereabouts> {
    AsyncStream { continuation in
      let watch = Task { @MainActor in
        let watcher = Watcher { continuation.yield($0) }
        watcher.begin()
        // Lives until nobody follows.
        while !Task.isCancelled { try? await Task.sleep(for: .seconds(3600)) }
        watcher.end()
      }
      continuation.onTermination = { _ in watch.cancel() }
    }
  }
}

@MainActor
private final class Watcher: NSObject, CLLocationManagerDelegate {
  private let manager = CLLocationManager()
  private let tell: @Sendable (Whereabouts) -> Void

  init(tell: @escaping @Sendable (Whereabouts) -> Void) {
    self.tell = tell
    super.init()
  }

  func begin() {
    manager.delegate = self
    manager.desiredAccuracy = kCLLocationAccuracyBest
    manager.pausesLocationUpdatesAutomatically = true
    judge(manager.authorizationStatus)
  }

  func end() {
    manager.stopUpdatingLocation()
    manager.delegate = nil
  }

  private func judge(_ status: CLAuthorizationStatus) {
    switch status {
    case .notDetermined:
      tell(.searching)
      manager.requestWhenInUseAuthorization()
    case .authorizedAlways, .authorizedWhenInUse:
      tell(.searching)
      manager.startUpdatingLocation()
    default: tell(.off)
    }
  }

  private func take(_ location: CLLocation, isReduced: Bool) {
    guard location.horizontalAccuracy >= 0 else { return }
    let source = location.sourceInformation
    let place = PlaceView(
      latE7: Int64((location.coordinate.latitude * 1e7).rounded()),
      lonE7: Int64((location.coordinate.longitude * 1e7).rounded()),
      // A doubt is not made smaller by writing it down.
      accuracyCm: Int64((location.horizontalAccuracy * 100).rounded(.up)),
      mock: source?.isSimulatedBySoftware ?? false,
      // iOS never says what it measured, only what it makes of all that.
      source: "fused")
    let at = Int64(location.timestamp.timeIntervalSince1970 * 1000)
    tell(.fix(Fix(place: place, at: at, reduced: isReduced)))
  }

  nonisolated func locationManagerDidChangeAuthorization(_ manager: CLLocationManager) {
    let status = manager.authorizationStatus
    Task { @MainActor in judge(status) }
  }

  nonisolated func locationManager(_ manager: CLLocationManager, didUpdateLocations locations: [CLLocation]) {
    let isReduced = manager.accuracyAuthorization == .reducedAccuracy
    guard let location = locations.last else { return }
    Task { @MainActor in take(location, isReduced: isReduced) }
  }

  /// A place that cannot be had now is no news: the last one ages by itself.
  nonisolated func locationManager(_ manager: CLLocationManager, didFailWithError error: any Error) {}
}
