// This member's day and crew, read from the core's day. Spans, states and bounds are the core's; here they are only found
// and added up for one figure.

import Foundation

/// How it stands with one's own clock.
public enum ClockState: Equatable, Sendable {
  case off
  case working
  case onBreak
}

/// A member of one's crew, today.
public struct CrewMember: Identifiable, Equatable, Sendable {
  public let id: String
  public let name: String
  public let state: DayState
  public let heard: Int64?
  /// When what runs now began.
  public let since: Int64?

  public init(id: String, name: String, state: DayState, heard: Int64?, since: Int64?) {
    (self.id, self.name, self.state, self.heard, self.since) = (id, name, state, heard, since)
  }

  public var isWorking: Bool { state == .working || state == .onBreak }
}

/// Today, as far as this phone knows it.
public struct Today: Equatable, Sendable {
  public let sites: [Site]
  public let state: ClockState
  /// Where this member works now.
  public let site: Site?
  public let classification: String?
  /// Spans of today on all projects, in their order.
  public let spans: [DaySpan]
  /// When the shift that runs began.
  public let since: Int64?
  /// Now, as a punch made now would state it.
  public let now: Int64
  /// The crew that this member leads, and where.
  public let crew: [CrewMember]
  public let crewSite: Site?

  /// Seconds worked today, up to a moment.
  public func worked(at now: Int64) -> Int64 {
    spans.filter { $0.what == .work }.reduce(0) { $0 + max(($1.to ?? now) - $1.from, 0) } / 1000
  }

  static func read(_ client: Client, member: String, wall: Int64) async throws -> Today {
    let sites = try await Site.all(client)
    let days = try await readDays(client, dates: Set(sites.map { Civil.day(wall, zone: $0.zone) }))
    let now = days.map(\.now).max() ?? wall
    // Of each project the day that it is there now, by the core's own bounds.
    let projects = days.flatMap(\.projects).filter { $0.from <= now && now < $0.to }
    let own = projects.flatMap { project in
      project.crews.flatMap(\.members).filter { $0.member == member }.map { (project: project.project, day: $0) }
    }
    let running = own.first { $0.day.state == .working || $0.day.state == .onBreak }
    let spans = own.flatMap(\.day.spans).sorted { $0.from < $1.from }
    let led = projects.lazy.flatMap { project in project.crews.map { (project: project.project, crew: $0) } }
      .first { $0.crew.foreman == member }
    let site = { (id: String?) in sites.first { $0.id == id } }
    return Today(
      sites: sites,
      state: running.map { $0.day.state == .onBreak ? .onBreak : .working } ?? .off,
      site: site(running?.project),
      classification: running?.day.spans.last { $0.to == nil }?.classification,
      spans: spans,
      since: running.flatMap { began($0.day.spans) },
      now: now,
      crew: try await crew(client, led?.crew.members ?? []),
      crewSite: site(led?.project))
  }

  private static func readDays(_ client: Client, dates: Set<String>) async throws -> [DayView] {
    var days: [DayView] = []
    for date in dates.sorted() { days.append(try await client.day(request: DayRequest(date: date, project: nil))) }
    return days
  }

  /// Where the run of spans began that reaches to now.
  private static func began(_ spans: [DaySpan]) -> Int64? {
    let ordered = spans.sorted { $0.from < $1.from }
    guard var began = ordered.last?.from else { return nil }
    for span in ordered.dropLast().reversed() where span.to == began { began = span.from }
    return began
  }

  private static func crew(_ client: Client, _ members: [DayMember]) async throws -> [CrewMember] {
    var crew: [CrewMember] = []
    for member in members {
      let record = try? await client.record(request: RecordRequest(id: member.member))
      crew.append(
        CrewMember(
          id: member.member, name: record?.text("name") ?? "", state: member.state, heard: member.heard,
          since: began(member.spans)))
    }
    return crew.sorted { $0.name < $1.name }
  }
}
