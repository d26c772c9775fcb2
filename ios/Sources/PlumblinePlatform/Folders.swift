// Where the app keeps what: out of backups, under the protection that each needs.

import Foundation

/// The app's folders.
public enum Folders {
  /// The store. Work in the background opens it, so it opens after the first unlock since the phone started; what is in it is
  /// encrypted by the core besides.
  public static func store() throws -> URL {
    try make("store", .completeUntilFirstUserAuthentication)
  }

  /// Pictures that are not sealed yet: they can still be written while the phone locks, and not be opened after.
  public static func shots() throws -> URL { try make("shots", .completeUnlessOpen) }

  /// Copies for somebody else.
  public static func exports() throws -> URL { try make("exports", .completeUnlessOpen) }

  private static func make(_ name: String, _ protection: FileProtectionType) throws -> URL {
    let all = try FileManager.default.url(
      for: .applicationSupportDirectory, in: .userDomainMask, appropriateFor: nil, create: true)
    var folder = all.appendingPathComponent(name, isDirectory: true)
    try FileManager.default.createDirectory(
      at: folder, withIntermediateDirectories: true, attributes: [.protectionKey: protection])
    try FileManager.default.setAttributes([.protectionKey: protection], ofItemAtPath: folder.path)
    var values = URLResourceValues()
    values.isExcludedFromBackup = true
    try folder.setResourceValues(values)
    return folder
  }
}
