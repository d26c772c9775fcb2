// A shim of CoreMotion: declarations for a type check on Linux; never run.

@_exported import Foundation

public struct CMAcceleration: Sendable { public let x, y, z: Double }
public final class CMDeviceMotion { public var gravity: CMAcceleration { fatalError() } }
public final class CMMotionManager {
  public init() {}
  public var isDeviceMotionAvailable: Bool { fatalError() }
  public var deviceMotionUpdateInterval: TimeInterval = 0
  public func startDeviceMotionUpdates(
    to queue: OperationQueue, withHandler: @escaping (CMDeviceMotion?, (any Error)?) -> Void
  ) {}
  public func stopDeviceMotionUpdates() {}
}
