// A shim of CoreLocation: declarations for a type check on Linux; never run.

@_exported import Foundation

public typealias CLLocationAccuracy = Double
public let kCLLocationAccuracyBest: CLLocationAccuracy = -1

public struct CLLocationCoordinate2D: Sendable { public let latitude, longitude: Double }
public final class CLLocationSourceInformation: Sendable { public var isSimulatedBySoftware: Bool { fatalError() } }
public final class CLLocation: @unchecked Sendable {
  public var coordinate: CLLocationCoordinate2D { fatalError() }
  public var horizontalAccuracy: CLLocationAccuracy { fatalError() }
  public var timestamp: Date { fatalError() }
  public var sourceInformation: CLLocationSourceInformation? { fatalError() }
}

public enum CLAuthorizationStatus: Int32, Sendable {
  case notDetermined, restricted, denied, authorizedAlways, authorizedWhenInUse
}
public enum CLAccuracyAuthorization: Int, Sendable { case fullAccuracy, reducedAccuracy }

public protocol CLLocationManagerDelegate: NSObjectProtocol {
  func locationManagerDidChangeAuthorization(_ manager: CLLocationManager)
  func locationManager(_ manager: CLLocationManager, didUpdateLocations locations: [CLLocation])
  func locationManager(_ manager: CLLocationManager, didFailWithError error: any Error)
}

public final class CLLocationManager {
  public init() {}
  public weak var delegate: (any CLLocationManagerDelegate)?
  public var desiredAccuracy: CLLocationAccuracy = 0
  public var pausesLocationUpdatesAutomatically = true
  public var authorizationStatus: CLAuthorizationStatus { fatalError() }
  public var accuracyAuthorization: CLAccuracyAuthorization { fatalError() }
  public func requestWhenInUseAuthorization() {}
  public func startUpdatingLocation() {}
  public func stopUpdatingLocation() {}
}
