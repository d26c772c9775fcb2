// Phrases made of what the core says: the words of a screen that need more than a key.

import Foundation

extension Words {
  private var format: Format { Format(language) }

  /// "No signal. 7 waiting to send"
  public func connection(_ status: StatusView) -> String {
    let waiting = Int(status.waiting)
    switch status.connection {
    case .alarm: return self["strip.alarm"]
    case .impostor: return self["strip.impostor"]
    case .signedOut: return self["strip.signed_out"]
    case .offline: return waiting > 0 ? count("strip.offline_waiting", waiting) : self["strip.offline"]
    case .unknown, .online:
      if waiting > 0 { return count("strip.waiting", waiting) }
      return status.contact.map { self["strip.up_to_date", ["time": format.time($0)]] } ?? self["strip.never"]
    }
  }

  /// The symbol that goes with it.
  public func symbol(_ connection: Connection) -> String {
    switch connection {
    case .online: "arrow.up.circle"
    case .unknown, .offline: "icloud.slash"
    case .signedOut, .impostor, .alarm: "exclamationmark.triangle"
    }
  }

  /// "On the clock since 06:55"
  public func clockLine(_ today: Today) -> String {
    guard let since = today.since else { return self["now.off"] }
    let time = format.time(since, zone: today.site?.zone ?? .current)
    return self[today.state == .onBreak ? "now.break" : "now.on", ["time": time]]
  }

  /// "Inside site, ±20 ft"
  public func place(_ verdict: VerdictView) -> String {
    let what = finding(verdict)
    guard let accuracy = verdict.accuracyCm else { return what }
    return mock(verdict.mock, self["place.with", ["what": what, "accuracy": format.length(accuracy)]])
  }

  /// "Inside site", before anything is recorded there.
  public func place(_ verdict: VerdictView?, at whereabouts: Whereabouts) -> String {
    guard case .fix(let fix) = whereabouts else { return self[whereabouts == .off ? "place.off" : "place.searching"] }
    guard let verdict, !verdict.isUnfenced else { return self[fix.reduced ? "place.about" : "place.known"] }
    return finding(verdict)
  }

  /// "±16 ft, 3 s old"
  public func quality(_ fix: Fix, now: Int64) -> String {
    let old = Int(max(now - fix.at, 0) / 1000)
    let age = old < 60 ? count("age.seconds", old) : count("age.minutes", old / 60)
    return mock(
      fix.place.mock, self["place.quality", ["accuracy": format.length(fix.place.accuracyCm), "age": age]])
  }

  /// "Inside site"
  private func finding(_ verdict: VerdictView) -> String {
    switch verdict.verdict {
    case "inside": self["place.inside"]
    case "outside": self["place.outside"]
    case "no_place": self["place.none"]
    default:
      verdict.distanceCm.map { self["place.fence", ["distance": format.length(abs($0))]] } ?? self["place.cannot_tell"]
    }
  }

  private func mock(_ isMock: Bool, _ text: String) -> String { isMock ? "\(text). \(self["place.mock"])" : text }

  /// The place that a field of a record has.
  public func place(_ place: PlaceView) -> String {
    let at = String(format: "%.5f, %.5f", Double(place.latE7) / 1e7, Double(place.lonE7) / 1e7)
    return mock(place.mock, self["place.with", ["what": at, "accuracy": format.length(place.accuracyCm)]])
  }

  /// "Plumb 0.4°"
  public func plumb(_ degrees: Double) -> String {
    let number = degrees.formatted(.number.precision(.fractionLength(1)).locale(format.locale))
    return self["camera.plumb", ["degrees": number]]
  }

  /// "Time exact": how well the core knows the time of a shot.
  public func time(_ known: TimeKnown) -> String {
    switch known {
    case .exact: self["camera.time.exact"]
    case .known: self["camera.time.known"]
    case .unchecked: self["camera.time.unchecked"]
    }
  }

  /// "09:41:06, ±2 s"; a doubt is not made smaller by writing it.
  public func clock(_ now: Int64, doubt: Int64?, zone: TimeZone = .current) -> String {
    let time = format.second(now, zone: zone)
    guard let doubt else { return time }
    let within = { (unit: Int64) in ["time": time, "n": format.number(Int((doubt + unit - 1) / unit))] }
    return switch doubt {
    case ...60_000: self["camera.time.seconds", within(1_000)]
    case ...3_600_000: self["camera.time.minutes", within(60_000)]
    default: self["camera.time.hours", within(3_600_000)]
    }
  }

  /// "0.6×"
  public func zoom(_ times: Double) -> String { self["camera.zoom.of", ["times": format.times(times)]] }

  /// "Zoom 0.6 times"
  public func zoomAloud(_ times: Double) -> String { self["camera.zoom", ["times": format.times(times)]] }

  public func flash(_ isOn: Bool) -> String { self[isOn ? "camera.flash.on" : "camera.flash.off"] }

  @MainActor public func camera(_ model: CameraModel) -> String {
    if model.isSealing { return self["camera.busy"] }
    var parts: [String] = []
    if let last = model.last {
      parts.append(self["camera.last", ["time": format.moment(last.at), "state": custody(last).lowercased()]])
    }
    if case .ready(let room) = model.state {
      parts += [self["camera.volume"], self["camera.free", ["size": format.bytes(room.free)]]]
    }
    return parts.joined(separator: " ")
  }

  /// "Crew, 6 of 7 on the clock. Last heard 11:20"
  public func crew(_ crew: [CrewMember]) -> String {
    let values = ["n": format.number(crew.filter(\.isWorking).count), "all": format.number(crew.count)]
    let all = self["crew.count", values.merging(["name": self["crew.title"]]) { $1 }]
    return crew.compactMap(\.heard).max().map { "\(all). \(self["crew.heard", ["time": format.time($0)]])" } ?? all
  }

  public func state(_ member: CrewMember) -> String {
    let since = member.since.map { format.time($0) } ?? ""
    let how = self["crew.state.\(Words.name(member.state))", ["time": since]]
    return member.heard.map { self["crew.how", ["how": how, "time": format.time($0)]] } ?? how
  }

  /// What a button says aloud that clocks somebody.
  public func clock(_ member: CrewMember) -> String {
    self["now.ask_for", ["deed": self[member.isWorking ? "now.clock_out" : "now.clock_in"], "name": member.name]]
  }

  /// "On this phone only"
  public func custody(_ photo: PhotoView) -> String { self[Words.custody(photo.state, here: photo.here)] }

  /// The key of where a photograph's bytes are.
  public static func custody(_ state: Custody, here: Bool) -> String {
    switch state {
    case .local: here ? "custody.here" : "custody.elsewhere"
    case .received: "custody.received"
    case .verified: "custody.verified"
    }
  }

  /// "7 items, 7.2 MB. All safe and encrypted here. They go by themselves when there is signal. Last contact 11:20."
  public func safe(_ waiting: WaitingModel.Waiting, _ status: StatusView?, now: Int64) -> String {
    let last = status?.contact.map { " " + self["waiting.contact", ["time": format.when($0, now: now)]] } ?? ""
    if waiting.items.isEmpty { return self["waiting.none"] + last }
    let size = waiting.bytes > 0 ? ", \(format.bytes(waiting.bytes))" : ""
    let safe = self[status?.connection == .online ? "waiting.safe" : "waiting.safe_offline"]
    return "\(count("waiting.count", waiting.items.count))\(size). \(safe)\(last)"
  }

  /// "23 photographs sent today, all verified"
  public func sent(_ sent: WaitingModel.Sent) -> String {
    if sent.verified == sent.photos { return count("waiting.sent_verified", sent.photos) }
    return count("waiting.sent_partly", sent.photos, ["verified": format.number(sent.verified)])
  }

  /// What a round did.
  public func round(_ round: SyncView) -> String {
    self["waiting.sent", ["sent": format.number(Int(round.pushed)), "photos": format.number(Int(round.uploaded))]]
  }

  /// "Note: Concrete arrives at two"
  public func title(_ item: WaitingModel.Item) -> String { title(item.kind, item.actions) }

  private func title(_ name: String, _ actions: [WaitingItem]) -> String {
    let said = { (field: String) in actions.reversed().lazy.compactMap { $0.fields[field]?.text }.first }
    let text = ["text", "caption", "name"].lazy.compactMap(said).first
    return (text ?? said("what").map { choice($0) }).map { "\(kind(name)): \($0)" } ?? kind(name)
  }

  /// What of it still goes, where it is more than its action: when it was made, and what the picture waits for.
  public func rest(_ item: WaitingModel.Item, now: Int64) -> String {
    let picture = item.isLogged && item.upload != nil ? self["waiting.picture"] : nil
    let fault = item.upload?.fault.map { say($0).cause }
    return [item.made.map { format.when($0, now: now) }, picture, fault].compactMap { $0 }.joined(separator: ", ")
  }

  public func refused(_ item: WaitingItem) -> String {
    self["waiting.refused", ["what": title(item.kind, [item])]]
  }

  public func title(_ conflict: Conflict) -> String {
    self["conflicts.of", ["field": "\(kind(conflict.record.kind)), \(field(conflict.field))"]]
  }

  /// A value as a person reads it.
  public func value(_ datum: Datum) -> String {
    switch datum {
    case .null: self["conflicts.nothing"]
    case .bool(let flag): self[flag ? "yes" : "no"]
    case .int(let number): format.number(Int(number))
    case .text(let text): text
    case .items(let all): all.map(value).joined(separator: ", ")
    case .moment(let moment): "\(format.day(moment.stated)), \(format.moment(moment))"
    case .typed(let typed): "\(format.day(typed.typed)), \(format.time(typed.typed))"
    case .place(let place): self.place(place)
    case .set(let change): change.add.map(value).joined(separator: ", ")
    case .geofence: self["field.geofence"]
    }
  }

  /// "8 h 0 min", or "7 h 57 min to 8 h 0 min" where the evidence leaves that much open.
  public func hours(_ sheet: HoursModel.Sheet, _ day: Int) -> String {
    let (low, high) = sheet.range(day)
    let from = format.duration(low)
    if sheet.seconds(day) == 0 { return self["hours.zero"] }
    guard let to = high.map(format.duration) else { return self["hours.at_least", ["low": from]] }
    return to == from ? format.duration(sheet.seconds(day)) : self["hours.between", ["low": from, "high": to]]
  }

  public func state(_ person: WeekPerson) -> String {
    let (now, agreed) = (
      format.duration(person.seconds), format.duration((person.signed ?? person.approved)?.seconds ?? 0)
    )
    return switch person.state {
    case .open: self["hours.open", ["hours": now]]
    case .signed: self["hours.signed", ["hours": agreed]]
    case .approved: self["hours.approved", ["hours": agreed]]
    case .disputed: self["hours.disputed"]
    case .changed: "\(self["hours.changed"]). \(self["hours.changed.way", ["signed": agreed, "now": now]])"
    }
  }

  /// A step of custody: who or what did it.
  public func step(_ step: CustodyView) -> String {
    let key: String =
      switch step.state {
      case .taken: "custody.step.taken"
      case .logged: "custody.step.logged"
      case .received: "custody.step.received"
      case .verified: "custody.step.verified"
      }
    return step.label.isEmpty ? self[key] : "\(self[key]) (\(step.label))"
  }

  public func kind(_ name: String) -> String { find("kind.\(name)") ?? name }
  public func field(_ name: String) -> String { find("field.\(name)") ?? name }
  public func choice(_ value: String) -> String { find("choice.\(value)") ?? value }

  static func name(_ state: DayState) -> String {
    switch state {
    case .working: "working"
    case .onBreak: "on_break"
    case .done: "done"
    case .missing: "missing"
    case .expected: "expected"
    case .off: "off"
    case .notExpected: "not_expected"
    }
  }
}
