// A record as a form: its fields as their kind declares them. Only what was changed is written, by what the form had seen.

import Foundation
import Observation

@MainActor @Observable
public final class RecordModel: Identifiable {
  /// What a person types or chooses in a field.
  public enum Entry: Equatable, Sendable {
    case text(String)
    case choice(String?)
    case flag(Bool)
    case number(String)
    /// One text a line.
    case lines([String])
  }

  /// A field of the form.
  public struct Row: Identifiable, Sendable {
    public let field: FieldView
    public var entry: Entry
    /// Remarks stay as they are; a form adds one.
    public let kept: [String]
    public let isFixed: Bool
    public var id: String { field.name }
  }

  public let kind: KindView
  /// Its project; a new record's can be chosen.
  public var site: Site?
  public let sites: [Site]
  public private(set) var record: RecordView?
  public var rows: [Row]
  public var reason = ""
  public private(set) var fault: Fault?
  public private(set) var isSaving = false
  public private(set) var isSaved = false

  private let client: Client
  private var before: [String: Entry]

  init(client: Client, kind: KindView, sites: [Site], site: Site?, record: RecordView?) {
    self.client = client
    self.kind = kind
    (self.sites, self.site) = (sites, site)
    self.record = record
    let rows = kind.fields.compactMap { RecordModel.row($0, record) }
    self.rows = rows
    before = Dictionary(uniqueKeysWithValues: rows.map { ($0.id, $0.entry) })
  }

  public var isNew: Bool { record == nil }

  /// The rows that would be written.
  private var changed: [Row] { rows.filter { $0.entry != before[$0.id] } }

  public var owesReason: Bool { !isNew && changed.contains { $0.field.owesReason } }

  public var canSave: Bool {
    let isWhole = rows.allSatisfy { !$0.field.first || !$0.entry.isEmpty }
    return !isSaving && !changed.isEmpty && isWhole && (!owesReason || !reason.trimmed.isEmpty)
  }

  public func save() async {
    guard canSave else { return }
    isSaving = true
    let fields = Dictionary(uniqueKeysWithValues: changed.map { ($0.id, RecordModel.datum($0, before[$0.id])) })
    let request = WriteRequest(
      kind: kind.name, record: record?.id, project: isNew ? site?.id : nil, fields: fields,
      reason: owesReason ? reason.trimmed : nil, asOf: record?.asOf)
    switch await asking({ try await client.write(request: request) }) {
    case .success(let written):
      (record, fault, isSaved) = (written, nil, true)
      rows = kind.fields.compactMap { RecordModel.row($0, written) }
      before = Dictionary(uniqueKeysWithValues: rows.map { ($0.id, $0.entry) })
    case .failure(let fault): self.fault = fault
    }
    isSaving = false
  }

  /// How a field is entered; none for what is not typed on a phone.
  private static func row(_ field: FieldView, _ record: RecordView?) -> Row? {
    let value = record?.fields[field.name]
    let isFixed = field.fixed && record != nil
    func row(_ entry: Entry, kept: [String] = []) -> Row {
      Row(field: field, entry: entry, kept: kept, isFixed: isFixed)
    }
    switch (field.form, field.merge) {
    case ("text", "set"): return row(.lines(value?.texts.sorted() ?? []))
    case ("text", "append"): return row(.text(""), kept: value?.texts ?? [])
    case ("text", _), ("day", "last"): return row(.text(value?.text ?? ""))
    case ("choice", _): return row(.choice(value?.text))
    case ("bool", _): return row(.flag(value == .bool(true)))
    case ("int", _):
      if case .int(let number) = value { return row(.number("\(number)")) }
      return row(.number(""))
    default: return nil
    }
  }

  private static func datum(_ row: Row, _ before: Entry?) -> Datum {
    switch row.entry {
    case .text(let text): text.trimmed.isEmpty ? .null : .text(text.trimmed)
    case .choice(let choice): choice.map(Datum.text) ?? .null
    case .flag(let flag): .bool(flag)
    // What is no number goes as it was typed: the core names the field.
    case .number(let text): Int64(text.trimmed).map(Datum.int) ?? .text(text)
    case .lines(let lines):
      .set(
        SetChange(
          add: Set(lines).subtracting(before?.lines ?? []).sorted().map(Datum.text),
          remove: Set(before?.lines ?? []).subtracting(lines).sorted().map(Datum.text)))
    }
  }
}

extension RecordModel.Entry {
  var lines: [String] { if case .lines(let lines) = self { lines } else { [] } }

  public var isEmpty: Bool {
    switch self {
    case .text(let text), .number(let text): text.trimmed.isEmpty
    case .choice(let choice): choice == nil
    case .flag: false
    case .lines(let lines): lines.isEmpty
    }
  }
}
