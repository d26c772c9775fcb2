// What a fault says to a person: what happened and what can be done. One table for every screen.

/// Cause and way on.
public struct FaultWords: Equatable, Sendable {
  public let cause: String
  public let wayOn: String
}

extension Words {
  public func say(_ fault: Fault) -> FaultWords {
    switch fault {
    case .Offline: pair("offline")
    case .SignedOut: pair("signed_out")
    case .Locked(let why):
      switch why {
      case .missing: pair("locked.missing")
      case .locked: pair("locked.locked")
      case .invalidated: pair("locked.invalidated")
      }
    case .Denied: pair("denied")
    case .NotFound: pair("not_found")
    case .Invalid(let field, let reason): invalid(field, reason)
    case .TooLarge(let limit): pair("too_large", ["limit": Format(language).bytes(limit)])
    case .StorageFull: pair("storage_full")
    case .Busy(let seconds): pair("busy", ["seconds": "\(seconds)"])
    case .Reenrol: pair("reenrol")
    case .Corrupt(let what): pair("corrupt", ["what": find("fault.corrupt.things.\(what)") ?? what])
    case .Outdated: pair("outdated")
    case .Cancelled: pair("cancelled")
    case .Internal(let trace): pair("internal", ["trace": trace])
    }
  }

  private func pair(_ key: String, _ values: [String: String] = [:]) -> FaultWords {
    FaultWords(cause: self["fault.\(key).cause", values], wayOn: self["fault.\(key).wayOn", values])
  }

  private func invalid(_ field: String, _ reason: String) -> FaultWords {
    let exact = "\(field)-\(reason)"
    let wayOn = find("fault.invalid.exactWayOn.\(exact)") ?? self["fault.invalid.wayOn"]
    if let cause = find("fault.invalid.exact.\(exact)") { return FaultWords(cause: cause, wayOn: wayOn) }
    let why = find("fault.invalid.reasons.\(reason)") ?? self["fault.invalid.reasons.other"]
    let name = find("field.\(field)") ?? field
    return FaultWords(cause: self["fault.invalid.cause", ["field": name, "why": why]], wayOn: wayOn)
  }
}
