// A shim of AVKit: declarations for a type check on Linux; never run.

import UIKit

public final class AVCaptureEvent {
  public enum Phase: Sendable { case began, ended, cancelled }
  public var phase: Phase { fatalError() }
}

@MainActor public final class AVCaptureEventInteraction: UIInteraction {
  public init(handler: @escaping (AVCaptureEvent) -> Void) {}
}
