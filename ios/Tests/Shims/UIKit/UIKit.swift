// A shim of UIKit: declarations for a type check on Linux; never run.

@_exported import SwiftUI

@MainActor open class UIResponder: NSObject {}

@MainActor open class UIView: UIResponder {
  public init(frame: CGRect) { fatalError() }
  public required init?(coder: NSCoder) { fatalError() }
  open var bounds: CGRect {
    get { fatalError() }
    set {}
  }
  public var layer: CALayer { fatalError() }
  open func layoutSubviews() {}
  public func addInteraction(_ interaction: any UIInteraction) {}
}

@MainActor public protocol UIInteraction: AnyObject {}

open class CALayer: NSObject {
  open var frame: CGRect {
    get { fatalError() }
    set {}
  }
  open func addSublayer(_ layer: CALayer) {}
}

public final class UIImage: @unchecked Sendable { public init?(data: Data) { nil } }
extension Image { @MainActor public init(uiImage: UIImage) { self = .shim() } }

@MainActor @preconcurrency
public protocol UIViewRepresentable: Leaf {
  associatedtype UIViewType: UIView
  typealias Context = UIViewRepresentableContext<Self>
  func makeUIView(context: Context) -> UIViewType
  func updateUIView(_ view: UIViewType, context: Context)
}
public struct UIViewRepresentableContext<R> {}

@MainActor public final class UIDevice {
  public static var current: UIDevice { fatalError() }
  public var name: String { fatalError() }
}

@MainActor public final class UIScreen {
  public static var main: UIScreen { fatalError() }
  public var brightness: CGFloat { fatalError() }
  public static let brightnessDidChangeNotification = Notification.Name("")
}

public struct UIBackgroundTaskIdentifier: Sendable { public static let invalid = Self() }

@MainActor public final class UIApplication: UIResponder {
  public static var shared: UIApplication { fatalError() }
  public func beginBackgroundTask(withName name: String?, expirationHandler: (@MainActor () -> Void)?)
    -> UIBackgroundTaskIdentifier
  {
    fatalError()
  }
  public func endBackgroundTask(_ id: UIBackgroundTaskIdentifier) {}
}

@MainActor public protocol UIApplicationDelegate: NSObjectProtocol {
  func application(
    _ application: UIApplication, handleEventsForBackgroundURLSession identifier: String,
    completionHandler: @escaping () -> Void)
}

/// SwiftUI's in truth.
@MainActor @propertyWrapper public struct UIApplicationDelegateAdaptor<Delegate: NSObject & UIApplicationDelegate> {
  public init(_ type: Delegate.Type) {}
  public var wrappedValue: Delegate { fatalError() }
}

/// Darwin's in truth, which Foundation brings along.
public func sysctlbyname(
  _ name: String, _ old: UnsafeMutableRawPointer?, _ oldLength: UnsafeMutablePointer<Int>?,
  _ new: UnsafeMutableRawPointer?,
  _ newLength: Int
) -> Int32 { fatalError() }
