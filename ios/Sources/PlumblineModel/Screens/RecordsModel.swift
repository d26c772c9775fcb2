// Records to fill in: every kind that this member may write on a project and that has no screen of its own.

import Foundation
import Observation

@MainActor @Observable
public final class RecordsModel {
  /// Kinds with screens of their own.
  static let elsewhere: Set<String> = ["punch", "photo", "week", "deposit"]

  public private(set) var kinds = Shown<[KindView]>()
  public private(set) var records = Shown<[RecordView]>()
  public private(set) var sites: [Site] = []
  public var kind: KindView?
  public var text = ""

  private let app: AppModel
  private let client: Client

  public init(app: AppModel, client: Client) {
    self.app = app
    self.client = client
  }

  public var topics: Set<Topic> { kind.map { [.records($0.name), .outbox] } ?? [] }

  public func load() async {
    let reading = kinds.begin()
    let known = await asking { try await client.kinds() }
    let shown = known.map { $0.filter { $0.writes && $0.project && !RecordsModel.elsewhere.contains($0.name) } }
    kinds.take(shown, of: reading)
    kind = kind ?? kinds.value?.first
    sites = (try? await Site.all(client)) ?? sites
    await list()
  }

  /// The form of a new record, on the project where this person works.
  public func new() -> RecordModel? {
    guard let kind else { return nil }
    let site = sites.first { $0.id == app.settings.project } ?? sites.first
    return RecordModel(client: client, kind: kind, sites: sites, site: site, record: nil)
  }

  public func open(_ record: RecordView) -> RecordModel? {
    kind.map {
      RecordModel(
        client: client, kind: $0, sites: sites, site: sites.first { $0.id == record.project }, record: record)
    }
  }

  public func title(_ record: RecordView) -> String { kind.flatMap { record.text($0.title) } ?? "" }

  private func list() async {
    guard let kind else { return }
    let words = text.trimmed
    let reading = records.begin()
    let answer = await asking {
      if words.isEmpty {
        try await client.list(request: ListRequest(kind: kind.name, limit: 100)).records
      } else {
        try await client.search(request: SearchRequest(text: words, limit: 100)).filter { $0.kind == kind.name }
      }
    }
    records.take(answer, of: reading)
  }
}
