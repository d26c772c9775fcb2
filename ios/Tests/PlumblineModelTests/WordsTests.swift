// The catalogues: both languages say everything that a screen asks for, with the same placeholders; and how values are written.

import Foundation
import PlumblineModel
import Testing

@Suite struct WordsTests {
  private let english = Words(.en)
  private let spanish = Words(.es)

  @Test func bothLanguagesSayTheSameThings() {
    #expect(!english.texts.isEmpty)
    #expect(Set(english.texts.keys) == Set(spanish.texts.keys))
    for (key, text) in english.texts {
      #expect(placeholders(text) == placeholders(spanish.texts[key] ?? ""), "\(key)")
    }
  }

  @Test func everyTextThatAScreenAsksForIsThere() throws {
    let asked = try keysInSources()
    #expect(asked.count > 100, "the sources are read")
    for key in asked.sorted() {
      let isThere =
        english.texts[key] != nil || (english.texts["\(key)_one"] != nil && english.texts["\(key)_other"] != nil)
      #expect(isThere, "no text: \(key)")
    }
  }

  @Test func keysThatAreMadeOfStatesAreThere() {
    let states: [DayState] = [.working, .onBreak, .done, .missing, .expected, .off, .notExpected]
    for state in states {
      let member = CrewMember(id: "", name: "Teo", state: state, heard: 0, since: 0)
      #expect(!english.state(member).contains("crew."), "\(state)")
    }
    for step in ["in", "out", "switch"] {
      #expect(english.find("now.ask.\(step)") != nil && english.find("now.deed.\(step)") != nil)
    }
    for step in ["in", "out", "switch", "break_start", "break_end"] {
      #expect(english.find("now.did.\(step).short") != nil)
    }
    for key in ["unlock.refused", "unlock.changed", "unlock.no_lock"] {
      #expect(english.find(key) != nil && english.find("\(key).way") != nil, "\(key)")
    }
    for look in LookChoice.allCases { #expect(english.find("settings.look.\(look.rawValue)") != nil) }
    for state in [Custody.local, .received, .verified] {
      #expect(english.find(Words.custody(state, here: true)) != nil)
    }
  }

  @Test(arguments: Language.allCases) func everyFaultHasACauseAndAWayOn(language: Language) {
    let faults: [Fault] = [
      .Offline, .SignedOut, .Locked(why: .missing), .Locked(why: .locked), .Locked(why: .invalidated), .Denied,
      .NotFound,
      .Invalid(field: "link", reason: "kind"), .Invalid(field: "unheard", reason: "of"), .TooLarge(limit: 5_000_000),
      .StorageFull, .Busy(retryAfter: 3), .Reenrol, .Corrupt(what: "log"), .Outdated, .Cancelled,
      .Internal(trace: "a1"),
    ]
    for fault in faults {
      let words = Words(language).say(fault)
      #expect(!words.cause.contains("fault.") && !words.wayOn.contains("fault."), "\(fault)")
      #expect(!words.cause.contains("{"), "\(words.cause)")
    }
  }

  @Test func aLanguageThatIsNotSpokenIsEnglish() {
    #expect(Language.preferred(["es-MX", "en-US"]) == .es)
    #expect(Language.preferred(["fr-FR", "es-US"]) == .es)
    #expect(Language.preferred(["fr-FR"]) == .en)
    #expect(Language.preferred([]) == .en)
  }

  @Test func timesAndLengthsAreWrittenAsTheDesignWantsThem() {
    let (en, es) = (Format(.en), Format(.es))
    let at: Int64 = 1_797_087_720_000  // 2026-12-12 15:02 UTC
    #expect(en.time(at, zone: .gmt) == "15:02")
    #expect(en.day("2026-12-10") == "Thu, Dec 10")
    #expect(es.day("2026-12-10") == "jue 10 dic")
    #expect(en.duration(23_220) == "6 h 27 min")
    #expect(en.duration(59) == "0 min")
    #expect(en.bytes(7_200_000) == "7.2 MB")
    #expect(en.accuracy(480) == "±16 ft")
    #expect(Civil.day("2026-12-31", plus: 1) == "2027-01-01")
  }

  @Test func theTimeOfAShotIsSaidWithItsDoubt() {
    let at: Int64 = 1_797_087_726_000  // 2026-12-12 15:02:06 UTC
    func says(_ words: Words, _ known: TimeKnown, _ doubt: Int64?) -> [String] {
      [words.time(known), words.clock(at, doubt: doubt, zone: .gmt)]
    }
    #expect(says(english, .exact, 1_400) == ["Time exact", "15:02:06, ±2\u{a0}s"])
    #expect(says(spanish, .exact, 1_400) == ["Hora exacta", "15:02:06, ±2\u{a0}s"])
    #expect(says(english, .exact, 10_000) == ["Time exact", "15:02:06, ±10\u{a0}s"])
    #expect(says(english, .known, 10_001) == ["Time known", "15:02:06, ±11\u{a0}s"])
    #expect(says(spanish, .known, 61_000) == ["Hora conocida", "15:02:06, ±2\u{a0}min"])
    #expect(says(english, .known, 3_600_001) == ["Time known", "15:02:06, ±2\u{a0}h"])
    #expect(says(english, .unchecked, nil) == ["Clock not checked yet", "15:02:06"])
    #expect(says(spanish, .unchecked, nil) == ["Reloj aún sin revisar", "15:02:06"])
  }

  @Test func theLensIsSetInWords() {
    #expect([0.6, 1, 2].map(english.zoom) == ["0.6×", "1×", "2×"])
    #expect(english.zoomAloud(0.6) == "Zoom 0.6 times")
    #expect(spanish.zoomAloud(2) == "Zoom de 2 aumentos")
    #expect(english.flash(true) == "Flash is on")
    #expect(spanish.flash(false) == "El flash está apagado")
  }

  @Test func aMomentIsARangeOnlyWhereTheEvidenceLeavesOneOpen() {
    let at: Int64 = 1_797_087_720_000
    func moment(_ earliest: Int64, _ latest: Int64, how: String = "anchored") -> String {
      let moment = MomentView(stated: at, earliest: at + earliest, latest: at + latest, how: how)
      return Format(.en).moment(moment, zone: .gmt)
    }
    #expect(moment(0, 2_000) == "15:02")
    #expect(moment(-1_000, 150_000) == "15:01–15:05")
    #expect(moment(-600_000, 600_000, how: "typed") == "15:02")
  }

  private func placeholders(_ text: String) -> Set<String> { Set(text.matches(of: #/\{(\w+)\}/#).map { String($0.1) }) }

  /// Keys that stand in the sources of models and screens as they are.
  private func keysInSources() throws -> Set<String> {
    let ios = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    var keys: Set<String> = []
    for folder in ["Sources", "App"] {
      let files = FileManager.default.enumerator(
        at: ios.appendingPathComponent(folder), includingPropertiesForKeys: nil)
      for case let file as URL in files ?? .init() where file.pathExtension == "swift" {
        let text = try String(contentsOf: file, encoding: .utf8)
        let patterns = [
          #/(?:words|self)\["([a-z_.]+)"/#, #/(?:count|fact|part|button)\("([a-z_.]+)"/#,
          #/\? "([a-z_.]+)" : "[a-z_.]+"\]/#, #/\? "[a-z_.]+" : "([a-z_.]+)"\]/#,
        ]
        for pattern in patterns { keys.formUnion(text.matches(of: pattern).map { String($0.1) }) }
      }
    }
    return keys
  }
}
