// The real server and a second real client, as programs of their own. PLUMBLINE_BIN names the folder that has them.

import Foundation

/// A program that speaks in lines.
final class Program: @unchecked Sendable {
  private let process = Process()
  private let input = Pipe()
  private let output = Pipe()
  private let ended = Gate()
  // What was read and not taken yet; touched on this queue alone.
  private let queue = DispatchQueue(label: "program")
  private var rest = Data()

  static var folder: String { ProcessInfo.processInfo.environment["PLUMBLINE_BIN"] ?? "" }

  init(_ name: String, _ words: [String], environment: [String: String] = [:]) throws {
    process.executableURL = URL(fileURLWithPath: Program.folder).appendingPathComponent(name)
    process.arguments = words
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    process.standardInput = input
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    process.terminationHandler = { [ended] _ in ended.open() }
    try process.run()
  }

  deinit { if process.isRunning { kill(process.processIdentifier, SIGKILL) } }

  var id: Int32 { process.processIdentifier }

  func say(_ line: String) throws { try input.fileHandleForWriting.write(contentsOf: Data((line + "\n").utf8)) }

  /// The next line of output.
  func line() async throws -> Data {
    try await withCheckedThrowingContinuation { waiting in
      queue.async { waiting.resume(with: Result { try self.read() }) }
    }
  }

  /// Ends it where it stands, and returns when it has ended. What it acknowledged is durable, so nothing less is fair.
  func stop() async {
    kill(process.processIdentifier, SIGKILL)
    await ended.pass()
  }

  private func read() throws -> Data {
    while true {
      if let end = rest.firstIndex(of: 0x0a) {
        let line = Data(rest[rest.startIndex..<end])
        rest = Data(rest[rest.index(after: end)...])
        return line
      }
      let more = output.fileHandleForReading.availableData
      if more.isEmpty { throw Said(text: "the program ended") }
      rest += more
    }
  }
}

/// What went wrong in a test's own machinery.
struct Said: Error { let text: String }

/// What a program answered, taken apart as it is used.
struct Answer: @unchecked Sendable {
  let any: Any?

  subscript(_ key: String) -> Answer { Answer(any: (any as? [String: Any])?[key]) }
  var text: String { any as? String ?? "" }
  var number: Int64 { (any as? NSNumber)?.int64Value ?? 0 }
  var list: [Answer] { (any as? [Any] ?? []).map(Answer.init) }
  var flag: Bool { any as? Bool ?? false }
}

/// The office: the server, and a founder at a computer of their own.
final class Office: @unchecked Sendable {
  private let folder: URL
  private var server: Program?
  private var listen = "127.0.0.1:0"
  private var founder: Program?

  init(folder: URL) { self.folder = folder }

  /// Starts the server, where it was before if it was; its setup link at the first time.
  @discardableResult func start() async throws -> String {
    let server = try Program(
      "plumbline-server", ["--data", folder.appendingPathComponent("server").path, "--listen", listen])
    let ready = try Answer(any: JSONSerialization.jsonObject(with: await server.line()))
    let url = try requireURL(ready["url"].text)
    listen = "\(url.host ?? ""):\(url.port ?? 0)"
    self.server = server
    return ready["setup"].text
  }

  /// The certificate of the authority that issued the server's.
  func authority() throws -> Data { try Data(contentsOf: folder.appendingPathComponent("server/ca.pem")) }

  /// No signal, for anybody.
  func stop() async {
    await server?.stop()
    server = nil
  }

  /// The server hangs: it is there and does not answer.
  func hang() { if let server { kill(server.id, SIGSTOP) } }
  func goOn() { if let server { kill(server.id, SIGCONT) } }

  func found() async throws {
    let setup = try await start()
    founder = try Program(
      "plumbline-drive", ["--home", folder.appendingPathComponent("founder").path, "--passphrase-env", "PASSPHRASE"],
      environment: ["PASSPHRASE": "correct horse battery"])
    try await call("create_organisation", ["link": setup, "name": "Harbor Works", "founder_name": "Rosa"])
  }

  /// A call of the founder's client.
  @discardableResult func call(_ name: String, _ args: [String: Any] = [:]) async throws -> Answer {
    guard let founder else { throw Said(text: "nobody founded an organisation") }
    let line = try JSONSerialization.data(withJSONObject: ["call": name, "args": args])
    try founder.say(String(decoding: line, as: UTF8.self))
    let answer = try Answer(any: JSONSerialization.jsonObject(with: await founder.line()))
    if answer["fault"].any != nil { throw Said(text: "\(name): \(answer["fault"].any ?? "")") }
    return answer["ok"]
  }

  func project(_ name: String, _ classifications: [String]) async throws -> String {
    try await call(
      "create_project", ["name": name, "zone": "America/Los_Angeles", "classifications": classifications])["id"].text
  }

  /// A member of these projects, and a link that lets one phone of theirs in.
  func invite(_ name: String, role: String = "worker", to projects: [String]) async throws -> (
    member: String, link: String
  ) {
    let member = try await call("add_member", ["name": name, "role": role, "projects": projects])["id"].text
    let link = try await call("invite", ["member": member, "hours_valid": 24])["link"].text
    try await call("sync")
    return (member, link)
  }

  /// The records of a kind, once what the server has is here; oldest first.
  func records(_ kind: String, withdrawn: Bool = false) async throws -> [Answer] {
    try await call("sync")
    return try await call("list", ["kind": kind, "withdrawn": withdrawn, "limit": 200])["records"].list.reversed()
  }

  func end() async {
    goOn()
    await founder?.stop()
    await server?.stop()
  }
}

private func requireURL(_ text: String) throws -> URL {
  guard let url = URL(string: text) else { throw Said(text: "no address: \(text)") }
  return url
}
