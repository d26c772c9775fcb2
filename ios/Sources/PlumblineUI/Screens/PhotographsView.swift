// Photographs: newest first, each with where its bytes are.

import PlumblineModel
import SwiftUI

struct PhotographsView: View {
  @State var model: PhotographsModel
  let app: AppModel
  let client: Client

  @Environment(\.theme) private var theme

  var body: some View {
    NavigationStack {
      ScrollView {
        Strip(app: app)
        Reading(shown: model.photos, coming: theme.words["reading"]) { photos in
          if photos.isEmpty {
            model.isFiltered
              ? Empty(title: theme.words["records.no_match"], text: theme.words["records.no_match.way"])
              : Empty(title: theme.words["photographs.none"], text: theme.words["photographs.none.way"])
          }
          LazyVGrid(columns: [GridItem(.adaptive(minimum: 150), spacing: Size.gap)], spacing: Size.gap) {
            ForEach(photos, id: \.id) { photo in
              NavigationLink(value: photo.id) { Tile(model: model, photo: photo) }.buttonStyle(.plain)
            }
          }
          if model.hasMore {
            WideButton(title: theme.words["more"], symbol: "chevron.down") { Task { await model.more() } }
          }
        }
        .padding(Size.gutter)
      }
      .searchable(text: $model.text, prompt: Text(verbatim: theme.words["records.search"]))
      .onSubmit(of: .search) { Task { await model.load() } }
      .refreshable { await model.load() }
      .navigationTitle(Text(verbatim: theme.words["tab.photographs"]))
      .navigationDestination(for: String.self) { id in
        PhotographView(model: PhotographModel(app: app, client: client, id: id), app: app)
      }
      .ground(theme)
    }
    .task(id: app.changes.mark(PhotographsModel.topics)) { await model.load() }
  }
}

private struct Tile: View {
  let model: PhotographsModel
  let photo: PhotoView

  @State private var bytes: Data?
  @Environment(\.theme) private var theme

  var body: some View {
    VStack(alignment: .leading, spacing: 4) {
      Picture(bytes: bytes).frame(height: 120)
      HStack(spacing: 6) {
        CustodyMark(state: photo.state, here: photo.here)
        Text(verbatim: theme.format.moment(photo.at)).font(.callout.weight(theme.strong))
      }
      Text(verbatim: photo.caption ?? theme.words["photographs.untitled"]).font(.callout).lineLimit(2)
    }
    .accessibilityElement(children: .combine)
    .task { bytes = await model.thumbnail(photo) }
  }
}

/// A picture of bytes, or a place for one.
struct Picture: View {
  let bytes: Data?
  @Environment(\.theme) private var theme

  var body: some View {
    ZStack {
      RoundedRectangle(cornerRadius: Size.imageRadius).fill(theme.ink.hover.color)
      if let bytes, let image = Image(jpeg: bytes) {
        image.resizable().scaledToFill().clipShape(RoundedRectangle(cornerRadius: Size.imageRadius))
      } else {
        Image(systemName: "photo").foregroundStyle(theme.ink.text3.color)
      }
    }
    .clipped()
    .accessibilityHidden(true)
  }
}
