// A photograph: what it shows, when and where it was taken, its custody step by step, and a check of its bytes.

import Foundation
import Observation

@MainActor @Observable
public final class PhotographModel {
  public static let topics = PhotographsModel.topics

  public let id: String
  public private(set) var photo = Shown<PhotoView>()
  /// Where it was taken, by the core; none before it is read.
  public private(set) var verdict: VerdictView?
  public private(set) var custody: [CustodyView] = []
  public private(set) var picture: Data?
  public private(set) var checked: PhotoCheckView?
  public private(set) var isChecking = false
  /// A copy for somebody else, once it is written.
  public private(set) var copy: URL?
  public private(set) var fault: Fault?

  private let app: AppModel
  private let client: Client

  public init(app: AppModel, client: Client, id: String) {
    self.app = app
    self.client = client
    self.id = id
  }

  public func load() async {
    let which = RecordRequest(id: id)
    let reading = photo.begin()
    let answer = await asking { try await client.photo(request: which) }
    photo.take(answer, of: reading)
    verdict = (try? await client.verdict(request: which)) ?? verdict
    custody = (try? await client.custody(request: which)) ?? custody
    if picture == nil { picture = try? await client.thumbnail(request: which) }
  }

  /// Reads every byte again and compares it with what was signed.
  public func check() async {
    guard !isChecking else { return }
    isChecking = true
    let which = RecordRequest(id: id)
    take(await asking { try await client.checkPhoto(request: which) }) { checked = $0 }
    isChecking = false
  }

  /// Writes the original for somebody else.
  public func export() async {
    guard let photo = photo.value else { return }
    let ending = photo.media == "image/heic" ? "heic" : photo.media == "image/png" ? "png" : "jpg"
    let file = app.phone.exports.appendingPathComponent("\(photo.sha256.prefix(16)).\(ending)")
    try? FileManager.default.removeItem(at: file)
    let request = ExportPhotoRequest(photo: id, path: file.path)
    take(await asking { try await client.cancelling { try await $0.exportPhoto(request: request) } }) { copy = file }
  }

  private func take<Value>(_ result: Result<Value, Fault>, _ use: (Value) -> Void) {
    switch result {
    case .success(let value):
      fault = nil
      use(value)
    case .failure(let fault): self.fault = fault
    }
  }
}
