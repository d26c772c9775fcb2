package org.plumbline.ui.screens

import androidx.compose.foundation.background
import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Box
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.Row
import androidx.compose.foundation.layout.fillMaxSize
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.heightIn
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.layout.size
import androidx.compose.runtime.Composable
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.semantics.semantics
import androidx.compose.ui.text.style.TextAlign
import androidx.compose.ui.unit.dp
import org.plumbline.model.CameraDeeds
import org.plumbline.model.CameraState
import org.plumbline.model.Shown
import org.plumbline.model.bytes
import org.plumbline.model.moment
import org.plumbline.ui.parts.ChoiceRow
import org.plumbline.ui.parts.Frame
import org.plumbline.ui.parts.IconTap
import org.plumbline.ui.parts.Line
import org.plumbline.ui.parts.Mock
import org.plumbline.ui.parts.Notice
import org.plumbline.ui.parts.SecondaryButton
import org.plumbline.ui.parts.Shape
import org.plumbline.ui.parts.Sheet
import org.plumbline.ui.parts.Sizes
import org.plumbline.ui.parts.Status
import org.plumbline.ui.parts.TextButton
import org.plumbline.ui.parts.Tone
import org.plumbline.ui.parts.Trouble
import org.plumbline.ui.parts.custody
import org.plumbline.ui.parts.place
import org.plumbline.ui.parts.time
import org.plumbline.ui.theme.CameraTokens
import org.plumbline.ui.theme.Glyphs
import org.plumbline.ui.theme.Icons
import org.plumbline.ui.theme.Plumb
import org.plumbline.ui.theme.WithTokens

/** Where the camera leads. */
interface CameraWays {
    fun back()

    fun last(id: String)
}

/** The camera. [preview] is what the lens sees; [now] the phone's clock. */
@Composable
fun CameraScreen(shown: Shown<CameraState>, deeds: CameraDeeds, ways: CameraWays, now: Long, preview: @Composable (Modifier) -> Unit) {
    WithTokens(CameraTokens) {
        Box {
            Frame(title = null) {
                Quality(shown.state, now, ways)
                Box(Modifier.weight(1f).fillMaxWidth()) {
                    preview(Modifier.fillMaxSize())
                    Zoom(shown.state, deeds, Modifier.align(Alignment.BottomCenter).padding(12.dp))
                    Refusal(shown, Modifier.align(Alignment.Center).padding(Sizes.gutter))
                }
                Where(shown.state, deeds)
                Release(shown.state, deeds, ways)
                Foot(shown.state)
            }
            Projects(shown.state, deeds)
        }
    }
}

/** How good time and place are, before the shot. */
@Composable
private fun Quality(state: CameraState, now: Long, ways: CameraWays) {
    val words = Plumb.words
    val (time, clock) = time(state.here, now)
    val (where, quality) = place(state.here, now, words("camera.no_place"))
    Row(Modifier.fillMaxWidth().padding(end = 8.dp), Arrangement.spacedBy(4.dp), Alignment.CenterVertically) {
        IconTap(Icons.Back, words("back"), ways::back)
        Measure(time, clock, Modifier.weight(1f))
        Measure(where, quality, Modifier.weight(1f))
    }
    Mock(state.here, Modifier.padding(start = Sizes.gutter, end = Sizes.gutter, bottom = 10.dp))
}

@Composable
private fun Measure(status: Status, under: String?, modifier: Modifier) {
    Row(modifier.semantics(mergeDescendants = true) {}.padding(vertical = 10.dp), Arrangement.spacedBy(10.dp), Alignment.CenterVertically) {
        Shape(status.shape, size = 24.dp, color = status.color)
        Column {
            Line(status.text, style = Plumb.type.smallStrong)
            if (under != null) Line(under, style = Plumb.type.meta, color = Plumb.tokens.text2)
        }
    }
}

@Composable
private fun Refusal(shown: Shown<CameraState>, modifier: Modifier) {
    val words = Plumb.words
    val room = shown.state.room
    when {
        shown.fault != null -> Trouble(shown.fault, modifier)
        room != null && !room.capture ->
            Notice(words("camera.full"), modifier, words("camera.full.way", "free" to words.bytes(room.free)), Tone.Wrong)
        !shown.loading && shown.state.project == null -> Notice(words("now.no_project"), modifier, words("now.no_project.way"))
    }
}

@Composable
private fun Where(state: CameraState, deeds: CameraDeeds) {
    Row(
        Modifier.fillMaxWidth().heightIn(min = Sizes.least).padding(start = Sizes.gutter, end = 8.dp),
        verticalAlignment = Alignment.CenterVertically,
    ) {
        Shape(Icons.Link, Modifier.padding(end = 12.dp))
        Line(state.project?.name.orEmpty(), Modifier.weight(1f), Plumb.type.smallStrong, lines = 2)
        if (state.projects.size > 1) TextButton(Plumb.words("camera.change"), deeds::change)
    }
}

@Composable
private fun Foot(state: CameraState) {
    val words = Plumb.words
    val last = state.last?.let { words("camera.last", "time" to words.moment(it.at.stated), "state" to custody(it.state, it.here).text.lowercase()) }
    val room = state.left?.takeIf { it > 0 }?.let { words("camera.room", "n" to words.number(it)) }
    Column(Modifier.fillMaxWidth().padding(Sizes.gutter, 12.dp)) {
        if (last != null) Line(last, Modifier.fillMaxWidth(), Plumb.type.meta, Plumb.tokens.text2, TextAlign.Center)
        val rest = listOfNotNull(words("camera.volume"), room).joinToString(" ")
        Line(rest, Modifier.fillMaxWidth(), Plumb.type.meta, Plumb.tokens.text2, TextAlign.Center)
    }
}

@Composable
private fun Projects(state: CameraState, deeds: CameraDeeds) {
    if (!state.choosing) return
    val words = Plumb.words
    Sheet(
        words("camera.for"),
        deeds::change,
        foot = { SecondaryButton(words("cancel"), deeds::change, Modifier.fillMaxWidth()) },
    ) {
        for (project in state.projects) ChoiceRow(project.name, project.id == state.project?.id, { deeds.choose(project) }, project.number)
    }
}

/** What stands in the preview's place where there is none. */
@Composable
fun NoPreview(modifier: Modifier, text: String) {
    Box(modifier.background(CameraTokens.hover), Alignment.Center) {
        Column(horizontalAlignment = Alignment.CenterHorizontally, verticalArrangement = Arrangement.spacedBy(8.dp)) {
            Shape(Glyphs.Mark, size = 40.dp, color = CameraTokens.text3)
            Line(text, Modifier.padding(horizontal = Sizes.gutter), Plumb.type.small, CameraTokens.text2, TextAlign.Center)
        }
    }
}
