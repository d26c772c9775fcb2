// What the way from Swift into the core costs: printed, never judged, because how fast this machine is says nothing about a
// phone. Runs where PLUMBLINE_MEASURE is set.

import Foundation
import PlumblineModel
import Testing

@MainActor @Suite(.serialized) struct MeasureTests {
  private nonisolated static let isAsked = ProcessInfo.processInfo.environment["PLUMBLINE_MEASURE"] != nil

  @Test(.enabled(if: isAsked, "PLUMBLINE_MEASURE is not set")) func whatACallCosts() async throws {
    try await World.begun { world, client in
      let now = await world.now(client)
      try await world.clockIn(now, at: world.harbor)
      let status = try await median(500) { _ = try await client.status() }
      let list = try await median(200) { _ = try await client.list(request: ListRequest(kind: "punch")) }
      var shots: [URL] = []
      for _ in 0..<20 { shots.append(try await Album().shoot(into: world.app.phone.exports)) }
      let capture = try await median(20) {
        let file = shots.removeLast()
        let request = CaptureRequest(path: file.path, project: world.harbor, source: .camera)
        _ = try await client.capture(request: request)
      }
      await world.app.close()
      let phone = world.pocket.phone
      let open = try await median(20) {
        let client = try await Client.open(home: phone.home.path, keystore: phone.keystore)
        _ = try await client.status()
        try await client.pause()
      }
      print("measured: status \(status), newest 50 \(list), capture of 4 kB \(capture), open and status \(open)")
    }
  }

  private func median(_ times: Int, _ work: () async throws -> Void) async throws -> Duration {
    var all: [Duration] = []
    let clock = ContinuousClock()
    for _ in 0..<times {
      let begun = clock.now
      try await work()
      all.append(begun.duration(to: clock.now))
    }
    return all.sorted()[times / 2]
  }
}
