// Copies that leave the app: written into a folder of their own, which the person then gives away.

import Foundation

enum Copies {
  /// All that this member sees, in a new folder; the one of an earlier time goes.
  static func write(_ client: Client, into exports: URL) async -> Result<URL, Fault> {
    let folder = exports.appendingPathComponent("plumbline")
    try? FileManager.default.removeItem(at: folder)
    let request = ExportAllRequest(path: folder.path)
    return await asking { try await client.cancelling { try await $0.exportAll(request: request) } }.map { _ in folder }
  }
}
