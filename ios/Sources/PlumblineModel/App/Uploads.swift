// Photographs in the system's hands, which sends parts of them while the app rests or does not run. The core says which parts go
// and with what request, and finishes what arrived; the system knows what it carries, so nothing is noted here.

extension Client {
  /// About so many bytes are given out at a time: until they are sent they lie on this phone a second time, in clear.
  private static let handful: UInt64 = 64 << 20

  /// Gives the system what it can carry of what waits. What stands in the way now is no fault: a later round tries again.
  func handOver(to carrier: any Carrier) async {
    let request = UploadPartsRequest(underWay: await carrier.underWay(), most: Client.handful)
    guard let given = try? await cancelling({ try await $0.uploadParts(request: request) }) else { return }
    await carrier.carry(given)
  }

  /// Takes back what the system carries: from here on the core sends it, and nothing of it lies in clear.
  func takeBack(from carrier: any Carrier) async {
    await carrier.drop()
    _ = try? await uploadParts(request: UploadPartsRequest(underWay: [], most: 0))
  }

  /// True where the server has all that was made here.
  func hasSentAll() async throws -> Bool {
    let status = try await status()
    guard status.state == "enrolled" else { return true }
    let photographs = try await uploads()
    return status.waiting == 0 && photographs.isEmpty
  }
}
