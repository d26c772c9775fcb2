// Tells when the phone has a network again. What goes by it is the core's business.

import Foundation
import Network

/// Runs until its task ends.
public func networkCame() -> AsyncStream<Void> {
  AsyncStream { continuation in
    let monitor = NWPathMonitor()
    monitor.pathUpdateHandler = { if $0.status == .satisfied { continuation.yield() } }
    continuation.onTermination = { _ in monitor.cancel() }
    monitor.start(queue: DispatchQueue(label: "network"))
  }
}
