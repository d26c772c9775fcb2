// What the core said that changed, so that a screen knows when to read again.

/// Something that a screen shows.
public enum Topic: Hashable, Sendable {
  /// Records of a kind.
  case records(String)
  case anyRecord
  case outbox
  case photos
  case connection
  case alarm
}

/// How often each topic changed since the app was opened.
public struct Changes: Equatable, Sendable {
  private var counts: [Topic: Int] = [:]

  public init() {}

  /// A number that differs whenever one of these topics changed.
  public func mark(_ topics: Set<Topic>) -> Int { topics.reduce(0) { $0 + counts[$1, default: 0] } }

  mutating func hear(_ event: Event) {
    for topic in Changes.topics(of: event) { counts[topic, default: 0] += 1 }
  }

  private static func topics(of event: Event) -> [Topic] {
    switch event {
    case .records(let kinds): kinds.map(Topic.records) + [.anyRecord]
    case .outbox: [.outbox]
    case .photo: [.photos]
    case .connection: [.connection]
    case .alarm: [.alarm]
    }
  }
}

/// Passes the core's events on. They come from its own threads, and must not wait there.
public final class Ear: EventListener {
  public let events: AsyncStream<Event>
  private let said: AsyncStream<Event>.Continuation

  public init() { (events, said) = AsyncStream.makeStream() }

  public func onEvent(event: Event) throws { said.yield(event) }

  public func close() { said.finish() }
}
