// A shim of SwiftUI: views.

public struct Text: Leaf {
  public init(verbatim text: String) {}
}

public struct Image: Leaf {
  public init(systemName: String) {}
  init() {}
  public func resizable() -> Image { self }
  public static func shim() -> Image { Image() }
}

public struct Spacer: Leaf { public init(minLength: CGFloat? = nil) {} }
public struct ProgressView: Leaf { public init() {} }

public struct Label<Title: View, Icon: View>: Leaf {}
extension Label where Title == Text, Icon == Image {
  public init<S: StringProtocol>(_ title: S, systemImage: String) {}
}

public struct HorizontalAlignment: Equatable, Sendable {
  public static let leading = Self(), center = Self(), trailing = Self()
}
public struct VerticalAlignment: Equatable, Sendable {
  public static let top = Self(), center = Self(), bottom = Self(), firstTextBaseline = Self()
}
public struct Alignment: Equatable, Sendable {
  public static let top = Self(), center = Self(), bottom = Self(), leading = Self(), trailing = Self(),
    bottomLeading = Self()
}

public struct VStack<Content: View>: Leaf {
  public init(alignment: HorizontalAlignment = .center, spacing: CGFloat? = nil, @ViewBuilder content: () -> Content) {}
}
public struct HStack<Content: View>: Leaf {
  public init(alignment: VerticalAlignment = .center, spacing: CGFloat? = nil, @ViewBuilder content: () -> Content) {}
}
public struct ZStack<Content: View>: Leaf {
  public init(alignment: Alignment = .center, @ViewBuilder content: () -> Content) {}
}
public struct Group<Content: View>: Leaf { public init(@ViewBuilder content: () -> Content) {} }
public struct ScrollView<Content: View>: Leaf { public init(@ViewBuilder content: () -> Content) {} }

public struct GridItem: Sendable {
  public enum Size: Sendable { case adaptive(minimum: CGFloat, maximum: CGFloat = .infinity) }
  public init(_ size: Size, spacing: CGFloat? = nil) {}
}
public struct LazyVGrid<Content: View>: Leaf {
  public init(columns: [GridItem], spacing: CGFloat? = nil, @ViewBuilder content: () -> Content) {}
}

public struct GeometryProxy { public var size: CGSize { fatalError() } }
public struct GeometryReader<Content: View>: Leaf {
  public init(@ViewBuilder content: @escaping (GeometryProxy) -> Content) {}
}

public protocol TimelineSchedule {}
public struct EveryMinuteTimelineSchedule: TimelineSchedule {}
extension TimelineSchedule where Self == EveryMinuteTimelineSchedule {
  public static var everyMinute: EveryMinuteTimelineSchedule { EveryMinuteTimelineSchedule() }
}
public struct PeriodicTimelineSchedule: TimelineSchedule {}
extension TimelineSchedule where Self == PeriodicTimelineSchedule {
  public static func periodic(from startDate: Date, by interval: TimeInterval) -> PeriodicTimelineSchedule {
    PeriodicTimelineSchedule()
  }
}
public struct TimelineView<Schedule: TimelineSchedule, Content: View>: Leaf {
  public struct Context { public var date: Date { fatalError() } }
  public init(_ schedule: Schedule, @ViewBuilder content: @escaping (Context) -> Content) {}
}

public struct ForEach<Data: RandomAccessCollection, ID: Hashable, Content: View>: Leaf {
  public init(_ data: Data, id: KeyPath<Data.Element, ID>, @ViewBuilder content: @escaping (Data.Element) -> Content) {}
}
extension ForEach where Data.Element: Identifiable, ID == Data.Element.ID {
  public init(_ data: Data, @ViewBuilder content: @escaping (Data.Element) -> Content) {}
}
extension ForEach {
  public init<C: MutableCollection & RandomAccessCollection>(
    _ data: Binding<C>, @ViewBuilder content: @escaping (Binding<C.Element>) -> Content
  )
  where
    Data == LazyMapSequence<C.Indices, (C.Index, ID)>, C.Element: Identifiable, C.Index: Hashable, ID == C.Element.ID
  {}
}

public struct ButtonRole: Sendable { public static let destructive = Self(), cancel = Self() }
public struct Button<Label: View>: Leaf {
  public init(action: @escaping @MainActor () -> Void, @ViewBuilder label: () -> Label) {}
}
extension Button where Label == Text {
  public init<S: StringProtocol>(_ title: S, action: @escaping @MainActor () -> Void) {}
  public init<S: StringProtocol>(_ title: S, role: ButtonRole?, action: @escaping @MainActor () -> Void) {}
}

public enum Axis: Sendable { case horizontal, vertical }
public struct TextField<Label: View>: Leaf {}
extension TextField where Label == Text {
  public init<S: StringProtocol>(_ title: S, text: Binding<String>, axis: Axis) {}
}
public struct Toggle<Label: View>: Leaf {
  public init(isOn: Binding<Bool>, @ViewBuilder label: () -> Label) {}
}

public struct ShareLink<Label: View>: Leaf {
  public init(item: URL, subject: Text? = nil, message: Text? = nil, @ViewBuilder label: () -> Label) {}
}

public struct NavigationStack<Data, Root: View>: Leaf {
  public init(@ViewBuilder root: () -> Root) where Data == Never {}
  public init(path: Binding<Data>, @ViewBuilder root: () -> Root)
  where Data: MutableCollection & RandomAccessCollection & RangeReplaceableCollection, Data.Element: Hashable {}
}
public struct NavigationLink<Label: View>: Leaf {
  public init<P: Hashable>(value: P?, @ViewBuilder label: () -> Label) {}
}
public struct TabView<Selection: Hashable, Content: View>: Leaf {
  public init(selection: Binding<Selection>?, @ViewBuilder content: () -> Content) {}
}

// Shapes and colours

public protocol ShapeStyle: Sendable {}
public struct Color: Leaf, ShapeStyle, Equatable {
  public nonisolated init(red: Double, green: Double, blue: Double) {}
  nonisolated init() {}
  public static let black = Color(), white = Color(), gray = Color(), clear = Color()
}

public struct StrokeStyle: Sendable { public init(lineWidth: CGFloat = 1, dash: [CGFloat] = []) {} }

public protocol Shape: View, Sendable {}
extension Shape { public func fill(_ style: some ShapeStyle) -> some View { ModifiedView() } }
public protocol InsettableShape: Shape {}
extension InsettableShape {
  public func strokeBorder(_ style: some ShapeStyle, lineWidth: CGFloat = 1) -> some View { ModifiedView() }
  public func strokeBorder(style: StrokeStyle) -> some View { ModifiedView() }
}
public struct Rectangle: InsettableShape, Leaf { public nonisolated init() {} }
public struct Circle: InsettableShape, Leaf { public nonisolated init() {} }
public enum RoundedCornerStyle: Sendable { case circular, continuous }
public struct Capsule: InsettableShape, Leaf {
  public nonisolated init(style: RoundedCornerStyle = .continuous) {}
}
public struct RoundedRectangle: InsettableShape, Leaf { public nonisolated init(cornerRadius: CGFloat) {} }
