// The plumb line over the camera's picture: hangs where down is, and says by how much the phone leans. For the eye alone: what
// it says changes too often to be spoken.

import CoreMotion
import SwiftUI

struct PlumbLine: View {
  /// What to say of so many degrees.
  let says: (Double) -> String

  @State private var lean: Double?

  var body: some View {
    ZStack(alignment: .top) {
      if let lean {
        VStack(spacing: 0) {
          Text(verbatim: says(abs(lean)))
            .font(.callout.weight(.semibold))
            .monospacedDigit()
            .padding(.horizontal, 8)
            .padding(.vertical, 4)
            .background(Color.black, in: RoundedRectangle(cornerRadius: 6))
          Rectangle().fill(Color.white).frame(width: 2)
            .rotationEffect(.degrees(lean), anchor: .top)
        }
        .padding(24)
      }
    }
    .foregroundStyle(Color.white)
    .accessibilityHidden(true)
    .task { for await degrees in Tilt.follow() { lean = degrees } }
  }
}

/// By how many degrees the phone leans out of upright.
@MainActor
enum Tilt {
  /// Ten times a second while somebody follows; nothing where the phone cannot tell.
  static func follow() -> AsyncStream<Double> {
    AsyncStream(bufferingPolicy: .bufferingNewest(1)) { continuation in
      let motion = Motion()
      guard motion.manager.isDeviceMotionAvailable else { return continuation.finish() }
      motion.manager.deviceMotionUpdateInterval = 0.1
      motion.manager.startDeviceMotionUpdates(to: .main) { motion, _ in
        guard let down = motion?.gravity else { return }
        // Clockwise as it is looked at: with its right side down, the phone's line hangs to the right.
        continuation.yield(atan2(-down.x, -down.y) * 180 / .pi)
      }
      continuation.onTermination = { _ in motion.manager.stopDeviceMotionUpdates() }
    }
  }

  /// Lets the one who stops be another than the one who started, which the manager permits.
  private struct Motion: @unchecked Sendable { let manager = CMMotionManager() }
}
