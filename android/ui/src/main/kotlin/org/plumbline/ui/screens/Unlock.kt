package org.plumbline.ui.screens

import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.padding
import androidx.compose.runtime.Composable
import androidx.compose.ui.Modifier
import androidx.compose.ui.unit.dp
import org.plumbline.model.Presence
import org.plumbline.model.Shown
import org.plumbline.model.UnlockDeeds
import org.plumbline.model.UnlockState
import org.plumbline.model.of
import org.plumbline.protocol.Fault
import org.plumbline.ui.parts.Frame
import org.plumbline.ui.parts.Heading
import org.plumbline.ui.parts.Line
import org.plumbline.ui.parts.Notice
import org.plumbline.ui.parts.PrimaryButton
import org.plumbline.ui.parts.Shape
import org.plumbline.ui.parts.Sizes
import org.plumbline.ui.parts.Tone
import org.plumbline.ui.parts.Trouble
import org.plumbline.ui.theme.Glyphs
import org.plumbline.ui.theme.Icons
import org.plumbline.ui.theme.Plumb

/** The door: name, what waits, and one button. */
@Composable
fun UnlockScreen(shown: Shown<UnlockState>, deeds: UnlockDeeds) {
    val words = Plumb.words
    val state = shown.state
    Frame(title = null, foot = { PrimaryButton(words("unlock.act"), deeds::unlock, Modifier.fillMaxWidth(), Icons.Fingerprint) }) {
        Column(Modifier.weight(1f).padding(Sizes.gutter, 48.dp), Arrangement.spacedBy(10.dp)) {
            Shape(Glyphs.Mark, size = 40.dp, color = Plumb.tokens.accent)
            Heading(state.name, style = Plumb.type.title)
            Line(state.organisation, color = Plumb.tokens.text2)
            Line(
                if (state.line.waiting == 0L) words("unlock.none_waiting") else words.count("unlock.waiting", state.line.waiting),
                Modifier.padding(top = 16.dp),
                Plumb.type.small,
            )
            when (state.answer) {
                Presence.Changed -> Notice(words("unlock.changed"), text = words("unlock.changed.way"))
                Presence.Refused -> Notice(words("unlock.refused"), text = words("unlock.refused.way"))
                else -> Trouble(shown.fault)
            }
        }
    }
}

/** The store does not open: why, what is safe, and the way on. */
@Composable
fun ShutScreen(fault: Fault, onAgain: () -> Unit) {
    val words = Plumb.words
    val said = words.of(fault)
    Frame(title = null, foot = { PrimaryButton(words("shut.again"), onAgain, Modifier.fillMaxWidth()) }) {
        Column(Modifier.weight(1f).padding(Sizes.gutter, 48.dp), Arrangement.spacedBy(16.dp)) {
            Shape(Icons.Lock, size = 40.dp)
            Heading(words("shut.title"), style = Plumb.type.title)
            Notice(said.cause, text = said.wayOn, tone = Tone.Wrong, shape = Glyphs.NeedsYou)
        }
    }
}

/** The store is being opened: the layout stays empty for as long as nobody would notice. */
@Composable
fun OpeningScreen() = Frame(title = null) {
    Column(Modifier.padding(Sizes.gutter, 48.dp), Arrangement.spacedBy(10.dp)) {
        Shape(Glyphs.Mark, size = 40.dp, color = Plumb.tokens.accent)
        Line(Plumb.words("opening"), style = Plumb.type.small, color = Plumb.tokens.text2)
    }
}
