// Photographs: newest first, with where each one's bytes are.

import Foundation
import Observation

@MainActor @Observable
public final class PhotographsModel {
  public static let topics: Set<Topic> = [.records("photo"), .records("deposit"), .photos]
  static let page: UInt32 = 60

  public private(set) var photos = Shown<[PhotoView]>()
  public private(set) var hasMore = false
  public var text = ""

  private let client: Client
  private var next: String?
  private var thumbnails: [String: Data] = [:]

  public init(client: Client) { self.client = client }

  public var isFiltered: Bool { !text.trimmed.isEmpty }

  public func load() async {
    let reading = photos.begin()
    let answer = await read(after: nil)
    photos.take(answer, of: reading)
  }

  public func more() async {
    guard hasMore, let known = photos.value else { return }
    let reading = photos.begin()
    let answer = await read(after: next).map { known + $0 }
    photos.take(answer, of: reading)
  }

  /// The picture to show, where there is one.
  public func thumbnail(_ photo: PhotoView) async -> Data? {
    if let known = thumbnails[photo.id] { return known }
    guard photo.thumbnail || photo.here else { return nil }
    let bytes = try? await client.thumbnail(request: RecordRequest(id: photo.id))
    thumbnails[photo.id] = bytes
    return bytes
  }

  private func read(after: String?) async -> Result<[PhotoView], Fault> {
    let words = text.trimmed
    let request = PhotosRequest(text: words.isEmpty ? nil : words, after: after, limit: PhotographsModel.page)
    let answer = await asking { try await client.photos(request: request) }
    if case .success(let page) = answer { (next, hasMore) = (page.next, page.next != nil) }
    return answer.map(\.photos)
  }
}
