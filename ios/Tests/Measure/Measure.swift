// Times the core's calls from Swift on a store that is there, and prints what each took: one line of JSON, milliseconds.
// `cargo xtask bench P19` starts it beside the same program in Rust and in Kotlin (benches/src/phone.rs says what is timed).

import Foundation
import Plumbline

@main
struct Measure {
  static let warm = 100
  static let few = 10

  /// Words: the store's folder, the folder of its keys, a picture, a project, how many calls.
  static func main() async throws {
    let words = CommandLine.arguments
    guard words.count == 6, let many = Int(words[5]) else { throw Wrong() }
    let keys = Files(folder: URL(fileURLWithPath: words[2]))
    var took: [String: [Double]] = [:]
    took["open"] = try await timed(1, few) {
      let client = try await Client.open(home: words[1], keystore: keys)
      _ = try await client.status()
      try await client.pause()
    }
    let client = try await Client.open(home: words[1], keystore: keys)
    took["status"] = try await timed(warm, many) { _ = try await client.status() }
    took["list"] = try await timed(warm, many) { _ = try await client.list(request: ListRequest(kind: "punch")) }
    let together = try await timed(0, 1) {
      try await withThrowingTaskGroup(of: Void.self) { group in
        for _ in 0..<few {
          group.addTask { for _ in 0..<many { _ = try await client.status() } }
        }
        try await group.waitForAll()
      }
    }
    took["busy"] = together.map { $0 / Double(few * many) }
    let request = CaptureRequest(path: words[3], project: words[4], source: .camera)
    took["capture"] = try await timed(1, few) { _ = try await client.capture(request: request) }
    try await client.pause()
    print(String(decoding: try JSONEncoder().encode(took), as: UTF8.self))
  }

  /// How long the work took each time, in milliseconds; the first `warm` times are left out, because they pay for what is
  /// kept.
  static func timed(
    isolation: isolated (any Actor)? = #isolation, _ warm: Int, _ many: Int, _ work: () async throws -> Void
  ) async throws -> [Double] {
    var all: [Double] = []
    let clock = ContinuousClock()
    for _ in 0..<(warm + many) {
      let begun = clock.now
      try await work()
      all.append(begun.duration(to: clock.now) / .milliseconds(1))
    }
    return Array(all.dropFirst(warm))
  }
}

struct Wrong: Error {}

/// Secrets of a store that is measured and thrown away, a file each.
final class Files: Keystore {
  private let folder: URL

  init(folder: URL) { self.folder = folder }

  func load(name: String) throws -> Data? { try? Data(contentsOf: file(name)) }
  func store(name: String, secret: Data) throws { try secret.write(to: file(name)) }
  func remove(name: String) throws { try FileManager.default.removeItem(at: file(name)) }
  func probe() throws {}

  private func file(_ name: String) -> URL {
    folder.appendingPathComponent(name.replacingOccurrences(of: "/", with: "."))
  }
}
