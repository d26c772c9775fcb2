package org.plumbline.ui.screens

import androidx.compose.foundation.clickable
import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.Row
import androidx.compose.foundation.layout.aspectRatio
import androidx.compose.foundation.layout.fillMaxSize
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.lazy.grid.GridCells
import androidx.compose.foundation.lazy.grid.GridItemSpan
import androidx.compose.foundation.lazy.grid.LazyVerticalGrid
import androidx.compose.foundation.lazy.grid.items
import androidx.compose.foundation.shape.RoundedCornerShape
import androidx.compose.runtime.Composable
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.draw.clip
import androidx.compose.ui.semantics.Role
import androidx.compose.ui.semantics.contentDescription
import androidx.compose.ui.semantics.semantics
import androidx.compose.ui.unit.dp
import org.plumbline.core.PhotoView
import org.plumbline.model.PhotographsDeeds
import org.plumbline.model.PhotographsState
import org.plumbline.model.Shown
import org.plumbline.model.between
import org.plumbline.model.day
import org.plumbline.ui.parts.Empty
import org.plumbline.ui.parts.Frame
import org.plumbline.ui.parts.Heading
import org.plumbline.ui.parts.Line
import org.plumbline.ui.parts.PrimaryButton
import org.plumbline.ui.parts.SecondaryButton
import org.plumbline.ui.parts.Shape
import org.plumbline.ui.parts.Sizes
import org.plumbline.ui.parts.Thumb
import org.plumbline.ui.parts.Trouble
import org.plumbline.ui.parts.custody
import org.plumbline.ui.theme.Icons
import org.plumbline.ui.theme.Plumb

/** Photographs by day; under each, when it was taken and where its bytes are. */
@Composable
fun PhotographsScreen(shown: Shown<PhotographsState>, deeds: PhotographsDeeds, onPhoto: (String) -> Unit, onCamera: () -> Unit) {
    val words = Plumb.words
    val state = shown.state
    Frame(
        words("photographs.title"),
        foot = { PrimaryButton(words("now.photograph"), onCamera, Modifier.fillMaxWidth(), Icons.Camera) },
    ) {
        Row(Modifier.padding(horizontal = Sizes.gutter), Arrangement.spacedBy(Sizes.gap)) {
            SecondaryButton(words("photographs.mine"), { deeds.mine(true) }, Modifier.weight(1f), height = Sizes.least, selected = state.mine)
            SecondaryButton(words("photographs.all"), { deeds.mine(false) }, Modifier.weight(1f), height = Sizes.least, selected = !state.mine)
        }
        Trouble(shown.fault, Modifier.padding(Sizes.gutter, 8.dp))
        if (state.groups.isEmpty()) {
            if (!shown.loading) Empty(words("photographs.none"), words("photographs.none.way"))
        } else {
            Grid(state, deeds, onPhoto)
        }
    }
}

@Composable
private fun Grid(state: PhotographsState, deeds: PhotographsDeeds, onPhoto: (String) -> Unit) {
    val words = Plumb.words
    LazyVerticalGrid(
        GridCells.Adaptive(150.dp),
        Modifier.fillMaxSize().padding(horizontal = Sizes.gutter),
        horizontalArrangement = Arrangement.spacedBy(Sizes.gap),
        verticalArrangement = Arrangement.spacedBy(Sizes.gap),
    ) {
        for (group in state.groups) {
            item(key = group.date.toString(), span = { GridItemSpan(maxLineSpan) }) {
                Heading(words.day(group.date), Modifier.padding(top = 16.dp))
            }
            items(group.photos, key = { it.id }) { Tile(it, state, onPhoto) }
        }
        if (state.more) {
            item(key = "more", span = { GridItemSpan(maxLineSpan) }) {
                SecondaryButton(words("more"), deeds::more, Modifier.fillMaxWidth().padding(vertical = 12.dp))
            }
        }
    }
}

@Composable
private fun Tile(photo: PhotoView, state: PhotographsState, onPhoto: (String) -> Unit) {
    val words = Plumb.words
    val kept = custody(photo.state, photo.here)
    val title = photo.caption ?: words("photographs.untitled")
    val time = words.between(photo.at)
    val by = photo.by?.takeIf { it != state.me }?.let { state.names[it] }
    val spoken = listOfNotNull(title, time, by, kept.text).joinToString(", ")
    Column(
        Modifier.clickable(role = Role.Button) { onPhoto(photo.id) }.semantics(mergeDescendants = true) { contentDescription = spoken },
        Arrangement.spacedBy(4.dp),
    ) {
        Thumb(photo.id, Modifier.fillMaxWidth().aspectRatio(4f / 3f).clip(RoundedCornerShape(4.dp)), photo.thumbnail)
        Line(title, style = Plumb.type.smallStrong, lines = 1)
        Line(listOfNotNull(time, by).joinToString(", "), style = Plumb.type.meta, color = Plumb.tokens.text2, lines = 1)
        Row(horizontalArrangement = Arrangement.spacedBy(6.dp), verticalAlignment = Alignment.CenterVertically) {
            Shape(kept.shape, size = 18.dp, color = kept.color)
            Line(kept.text, style = Plumb.type.meta, lines = 2)
        }
    }
}
