// A project as the phone's screens need it.

import Foundation

/// Where somebody may work.
public struct Site: Identifiable, Equatable, Hashable, Sendable {
  public let id: String
  public let name: String
  public let zone: TimeZone
  public let classifications: [String]

  init(_ record: RecordView) {
    id = record.id
    name = record.text("name") ?? ""
    zone = record.text("zone").flatMap(TimeZone.init(identifier:)) ?? .current
    classifications = record.fields["classifications"]?.texts.sorted() ?? []
  }

  /// Every project that this member sees, by name.
  static func all(_ client: Client) async throws -> [Site] {
    let request = ListRequest(kind: "project", limit: 200)
    return try await client.list(request: request).records.map(Site.init).sorted { $0.name < $1.name }
  }
}
