// Parts of photographs in the system's hands: a URL session that goes on while the app rests and after it was ended.
//
// No server is trusted but one whose certificate the pinned authority issued, for its host and for now. The pin goes with each
// task, so that an app that was started to be asked about a certificate answers before anything of it is open. What
// becomes of a part is noted nowhere: the core asks the server what is missing.

import CryptoKit
import Foundation
import PlumblineModel
import Security

public final class BackgroundSession: Carrier {
  private let session: URLSession

  /// The system permits one session of a name in a process.
  public init(_ configuration: URLSessionConfiguration) {
    session = URLSession(configuration: configuration, delegate: Answers(), delegateQueue: nil)
  }

  public func underWay() async -> [String] {
    await tasks().filter { $0.state == .running }.compactMap { Label($0)?.name }
  }

  public func carry(_ given: UploadPartsView) async {
    for part in given.parts {
      guard let url = URL(string: part.url) else { continue }
      var request = URLRequest(url: url)
      request.httpMethod = "PUT"
      request.allHTTPHeaderFields = part.headers
      let task = session.uploadTask(with: request, fromFile: URL(fileURLWithPath: part.file))
      task.taskDescription = Label(name: part.name, authority: given.authority).text
      task.resume()
    }
  }

  public func drop() async {
    for task in await tasks() { task.cancel() }
  }

  private func tasks() async -> [URLSessionTask] {
    await withCheckedContinuation { waiting in session.getAllTasks { waiting.resume(returning: $0) } }
  }
}

extension URLSessionConfiguration {
  /// The app's session in the background. The system gives a task up after a week, as the server does its grant.
  static var uploads: URLSessionConfiguration {
    let configuration = URLSessionConfiguration.background(withIdentifier: "org.plumbline.uploads")
    configuration.tlsMinimumSupportedProtocolVersion = .TLSv13
    configuration.httpCookieStorage = nil
    configuration.urlCredentialStorage = nil
    configuration.urlCache = nil
    return configuration
  }
}

/// What a task says of itself.
private struct Label {
  let name: String
  let authority: String

  init(name: String, authority: String) {
    self.name = name
    self.authority = authority
  }

  init?(_ task: URLSessionTask) {
    let words = task.taskDescription?.split(separator: " ").map(String.init) ?? []
    guard words.count == 2 else { return nil }
    self.init(name: words[0], authority: words[1])
  }

  var text: String { "\(name) \(authority)" }
}

/// Answers what the system asks.
private final class Answers: NSObject, URLSessionTaskDelegate {
  func urlSession(
    _ session: URLSession, task: URLSessionTask, didReceive challenge: URLAuthenticationChallenge,
    completionHandler: @escaping @Sendable (URLSession.AuthChallengeDisposition, URLCredential?) -> Void
  ) {
    if let trust = challenge.protectionSpace.serverTrust, let label = Label(task), isTrusted(trust, label.authority) {
      completionHandler(.useCredential, URLCredential(trust: trust))
    } else {
      completionHandler(.cancelAuthenticationChallenge, nil)
    }
  }

  func urlSessionDidFinishEvents(forBackgroundURLSession session: URLSession) {
    Task { await Background.takeUp() }
  }

  private func isTrusted(_ trust: SecTrust, _ authority: String) -> Bool {
    guard
      let chain = SecTrustCopyCertificateChain(trust) as? [SecCertificate],
      let anchor = chain.first(where: { digest($0) == authority }),
      SecTrustSetAnchorCertificates(trust, [anchor] as CFArray) == errSecSuccess,
      SecTrustSetAnchorCertificatesOnly(trust, true) == errSecSuccess
    else { return false }
    return SecTrustEvaluateWithError(trust, nil)
  }

  private func digest(_ certificate: SecCertificate) -> String {
    SHA256.hash(data: SecCertificateCopyData(certificate) as Data).map { String(format: "%02x", $0) }.joined()
  }
}
