// A shim of SwiftUI: modifiers.

public struct Edge {
  public struct Set: OptionSet, Sendable {
    public let rawValue: Int8
    public init(rawValue: Int8) { self.rawValue = rawValue }
    public static let all = Set(rawValue: 15), horizontal = Set(rawValue: 10), vertical = Set(rawValue: 5)
    public static let top = Set(rawValue: 1), leading = Set(rawValue: 2), bottom = Set(rawValue: 4)
  }
}
public enum VerticalEdge: Sendable { case top, bottom }

public struct Font: Sendable {
  public enum TextStyle: Sendable { case largeTitle, title, title2, title3, headline, body, callout, caption }
  public struct Weight: Sendable {
    public static let regular = Self(), medium = Self(), semibold = Self(), bold = Self()
  }
  public static let title = Font(), title2 = Font(), title3 = Font(), headline = Font(), body = Font(), callout = Font()
  public static let caption = Font()
  public static func system(size: CGFloat, weight: Weight? = nil) -> Font { Font() }
  public func weight(_ weight: Weight) -> Font { self }
  public func monospacedDigit() -> Font { self }
  public func monospaced() -> Font { self }
}
public struct Angle: Sendable { public static func degrees(_ degrees: Double) -> Angle { Angle() } }
public struct UnitPoint: Sendable { public static let top = Self(), center = Self(), bottom = Self() }
public enum TextAlignment: Sendable { case leading, center, trailing }
public enum Visibility: Sendable { case automatic, visible, hidden }

extension View {
  public func padding(_ edges: Edge.Set = .all, _ length: CGFloat? = nil) -> some View { ModifiedView() }
  public func padding(_ length: CGFloat) -> some View { ModifiedView() }
  public func frame(width: CGFloat? = nil, height: CGFloat? = nil, alignment: Alignment = .center) -> some View {
    ModifiedView()
  }
  public func frame(
    minWidth: CGFloat? = nil, idealWidth: CGFloat? = nil, maxWidth: CGFloat? = nil, minHeight: CGFloat? = nil,
    idealHeight: CGFloat? = nil, maxHeight: CGFloat? = nil, alignment: Alignment = .center
  ) -> some View { ModifiedView() }
  public func rotationEffect(_ angle: Angle, anchor: UnitPoint = .center) -> some View { ModifiedView() }
  public func offset(x: CGFloat = 0, y: CGFloat = 0) -> some View { ModifiedView() }
  public func font(_ font: Font?) -> some View { ModifiedView() }
  public func monospacedDigit() -> some View { ModifiedView() }
  public func lineLimit(_ number: Int?) -> some View { ModifiedView() }
  public func minimumScaleFactor(_ factor: CGFloat) -> some View { ModifiedView() }
  public func multilineTextAlignment(_ alignment: TextAlignment) -> some View { ModifiedView() }
  public func textSelection(_ kind: EnabledTextSelectability) -> some View { ModifiedView() }
  public func foregroundStyle(_ style: some ShapeStyle) -> some View { ModifiedView() }
  public func background(_ style: some ShapeStyle) -> some View { ModifiedView() }
  public func background(_ style: some ShapeStyle, in shape: some InsettableShape) -> some View { ModifiedView() }
  public func overlay<V: View>(alignment: Alignment = .center, @ViewBuilder content: () -> V) -> some View {
    ModifiedView()
  }
  public func clipShape(_ shape: some Shape) -> some View { ModifiedView() }
  public func clipped() -> some View { ModifiedView() }
  public func contentShape(_ shape: some Shape) -> some View { ModifiedView() }
  public func scaledToFill() -> some View { ModifiedView() }
  public func tint(_ color: Color?) -> some View { ModifiedView() }
  public func disabled(_ isDisabled: Bool) -> some View { ModifiedView() }
  public func buttonStyle(_ style: PlainButtonStyle) -> some View { ModifiedView() }
  public func environment<V>(_ path: WritableKeyPath<EnvironmentValues, V>, _ value: V) -> some View { ModifiedView() }
  public func tag<V: Hashable>(_ tag: V) -> some View { ModifiedView() }
  public func tabItem<V: View>(@ViewBuilder _ label: () -> V) -> some View { ModifiedView() }
  public func navigationTitle(_ title: Text) -> some View { ModifiedView() }
  public func navigationDestination<D: Hashable, C: View>(
    for data: D.Type, @ViewBuilder destination: @escaping (D) -> C
  ) -> some View { ModifiedView() }
  public func toolbar<Content: ToolbarContent>(@ToolbarContentBuilder content: () -> Content) -> some View {
    ModifiedView()
  }
  public func searchable(text: Binding<String>, prompt: Text? = nil) -> some View { ModifiedView() }
  public func safeAreaInset<V: View>(
    edge: VerticalEdge, alignment: HorizontalAlignment = .center, spacing: CGFloat? = nil, @ViewBuilder content: () -> V
  ) -> some View { ModifiedView() }
  public func presentationDetents(_ detents: Set<PresentationDetent>) -> some View { ModifiedView() }

  // What happens
  public func sheet<C: View>(
    isPresented: Binding<Bool>, onDismiss: (() -> Void)? = nil, @ViewBuilder content: @escaping () -> C
  ) -> some View { ModifiedView() }
  public func sheet<Item: Identifiable, C: View>(
    item: Binding<Item?>, onDismiss: (() -> Void)? = nil, @ViewBuilder content: @escaping (Item) -> C
  ) -> some View { ModifiedView() }
  public func fullScreenCover<C: View>(
    isPresented: Binding<Bool>, onDismiss: (() -> Void)? = nil, @ViewBuilder content: @escaping () -> C
  ) -> some View { ModifiedView() }
  public func confirmationDialog<S: StringProtocol, A: View, M: View>(
    _ title: S, isPresented: Binding<Bool>, titleVisibility: Visibility = .automatic, @ViewBuilder actions: () -> A,
    @ViewBuilder message: () -> M
  ) -> some View { ModifiedView() }
  public func task(
    priority: TaskPriority = .userInitiated, @_inheritActorContext _ action: @escaping @Sendable () async -> Void
  ) -> some View { ModifiedView() }
  public func task<T: Equatable>(
    id: T, priority: TaskPriority = .userInitiated, @_inheritActorContext _ action: @escaping @Sendable () async -> Void
  ) -> some View { ModifiedView() }
  public func refreshable(@_inheritActorContext action: @escaping @Sendable () async -> Void) -> some View {
    ModifiedView()
  }
  public func onSubmit(of triggers: SubmitTriggers = .text, _ action: @escaping () -> Void) -> some View {
    ModifiedView()
  }
  public func onChange<V: Equatable>(of value: V, initial: Bool = false, _ action: @escaping (V, V) -> Void)
    -> some View
  {
    ModifiedView()
  }
  public func onDisappear(perform action: (() -> Void)? = nil) -> some View { ModifiedView() }
  public func onOpenURL(perform action: @escaping (URL) -> Void) -> some View { ModifiedView() }

  // What is said aloud
  public func accessibilityLabel(_ label: Text) -> some View { ModifiedView() }
  public func accessibilityHidden(_ isHidden: Bool) -> some View { ModifiedView() }
  public func accessibilityElement(children: AccessibilityChildBehavior = .ignore) -> some View { ModifiedView() }
  public func accessibilityAddTraits(_ traits: AccessibilityTraits) -> some View { ModifiedView() }

  // Keyboards
  public func autocorrectionDisabled(_ isDisabled: Bool = true) -> some View { ModifiedView() }
  public func textInputAutocapitalization(_ kind: TextInputAutocapitalization?) -> some View { ModifiedView() }
  public func keyboardType(_ type: UIKeyboardType) -> some View { ModifiedView() }
}

public struct EnabledTextSelectability: Sendable { public static let enabled = Self() }
public struct PlainButtonStyle: Sendable { public static let plain = Self() }
public struct PresentationDetent: Hashable, Sendable { public static let medium = Self(), large = Self() }
public struct SubmitTriggers: OptionSet, Sendable {
  public let rawValue: Int
  public init(rawValue: Int) { self.rawValue = rawValue }
  public static let text = Self(rawValue: 1), search = Self(rawValue: 2)
}
public struct AccessibilityChildBehavior: Sendable {
  public static let ignore = Self(), combine = Self(), contain = Self()
}
public struct AccessibilityTraits: SetAlgebra, Sendable, OptionSet {
  public let rawValue: Int
  public init(rawValue: Int) { self.rawValue = rawValue }
  public static let isHeader = Self(rawValue: 1), isSelected = Self(rawValue: 2)
  public static let updatesFrequently = Self(rawValue: 4)
}
public struct TextInputAutocapitalization: Sendable { public static var never: Self { Self() } }
/// UIKit's in truth; SwiftUI brings UIKit along.
public enum UIKeyboardType: Sendable { case numberPad }

// Toolbars

@MainActor @preconcurrency public protocol ToolbarContent {}
public struct ToolbarItemPlacement: Sendable {
  public static let primaryAction = Self(), confirmationAction = Self(), cancellationAction = Self()
}
public struct ToolbarItem<Content: View>: ToolbarContent {
  public init(placement: ToolbarItemPlacement, @ViewBuilder content: () -> Content) {}
}
@resultBuilder public struct ToolbarContentBuilder {
  public static func buildBlock<C: ToolbarContent>(_ content: C) -> C { content }
}
