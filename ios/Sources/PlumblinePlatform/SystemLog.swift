// The core's warnings and errors in the system's log, where the digits of a fault that says "something went wrong" are found.
// Its lines hold no path, name, secret or text that a person entered, so they need not be hidden.

import PlumblineModel
import os

public final class SystemLog: Log {
  private let logger = Logger(subsystem: "org.plumbline", category: "core")

  public init() {}

  public func line(line: String) throws { logger.warning("\(line, privacy: .public)") }
}
