// The catalogues: one JSON file per language, flat, the same for every field app. Keys are `screen.what`; a text holds
// `{placeholders}`; a text that counts has a key that ends in `_one` and one that ends in `_other`.

import Foundation

/// A language that the app speaks.
public enum Language: String, CaseIterable, Sendable, Codable {
  case en, es

  /// The one that a person's preferences come closest to.
  public static func preferred(_ tags: [String]) -> Language {
    tags.lazy.compactMap { Language(rawValue: String($0.prefix(2)).lowercased()) }.first ?? .en
  }
}

/// The words of a language.
public struct Words: Sendable {
  public let language: Language
  public let texts: [String: String]

  public init(_ language: Language) {
    self.language = language
    texts = Words.catalogues[language] ?? [:]
  }

  /// The text of a key, with its placeholders filled in. A key that no catalogue has is shown as it is: a test finds those.
  public subscript(key: String, values: [String: String]) -> String {
    let text = texts[key] ?? key
    guard text.contains("{") else { return text }
    return values.reduce(text) { $0.replacingOccurrences(of: "{\($1.key)}", with: $1.value) }
  }

  public subscript(key: String) -> String { self[key, [:]] }

  /// A text that counts: `key_one` or `key_other`, with `{n}` filled in.
  public func count(_ key: String, _ n: Int, _ values: [String: String] = [:]) -> String {
    let number = Format(language).number(n)
    return self[n == 1 ? "\(key)_one" : "\(key)_other", values.merging(["n": number]) { given, _ in given }]
  }

  /// The text of a key that need not exist.
  public func find(_ key: String) -> String? { texts[key] }

  private static let catalogues = Dictionary(uniqueKeysWithValues: Language.allCases.map { ($0, catalogue($0)) })

  private static func catalogue(_ language: Language) -> [String: String] {
    guard let file = Bundle.module.url(forResource: language.rawValue, withExtension: "json"),
      let data = try? Data(contentsOf: file),
      let texts = try? JSONDecoder().decode([String: String].self, from: data)
    else { return [:] }
    return texts
  }
}
