// Copies that leave the app: written into a folder of their own, which the person then gives away.

import Foundation

/// A copy that was written, in clear.
public struct Copy: Equatable, Sendable {
  public let folder: URL
  /// Photographs that neither this phone nor the server gave.
  public let missing: UInt64

  /// All that this member sees, in a new folder; the one of an earlier time goes.
  static func write(_ client: Client, into exports: URL) async -> Result<Copy, Fault> {
    let folder = exports.appendingPathComponent("plumbline")
    try? FileManager.default.removeItem(at: folder)
    let request = ExportAllRequest(path: folder.path)
    return await asking { try await client.cancelling { try await $0.exportAll(request: request) } }
      .map { Copy(folder: folder, missing: $0.missing) }
  }
}
