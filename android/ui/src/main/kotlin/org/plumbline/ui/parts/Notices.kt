package org.plumbline.ui.parts

import androidx.compose.foundation.BorderStroke
import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.Row
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.shape.RoundedCornerShape
import androidx.compose.material3.Surface
import androidx.compose.runtime.Composable
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.graphics.Color
import androidx.compose.ui.graphics.vector.ImageVector
import androidx.compose.ui.semantics.LiveRegionMode
import androidx.compose.ui.semantics.liveRegion
import androidx.compose.ui.semantics.semantics
import androidx.compose.ui.unit.dp
import org.plumbline.model.of
import org.plumbline.protocol.Fault
import org.plumbline.ui.theme.Glyphs
import org.plumbline.ui.theme.Plumb

/** What kind of thing a notice says. */
enum class Tone { Attention, Wrong, Ok }

/** State, cause and way on in a box of its own, with what can be done about it. */
@Composable
fun Notice(
    title: String,
    modifier: Modifier = Modifier,
    text: String? = null,
    tone: Tone = Tone.Attention,
    shape: ImageVector = if (tone == Tone.Wrong) {
        Glyphs.NotAccepted
    } else if (tone == Tone.Ok) {
        Glyphs.Verified
    } else {
        Glyphs.NeedsYou
    },
    actions: (@Composable () -> Unit)? = null,
) {
    val tokens = Plumb.tokens
    val (ink, ground) = when (tone) {
        Tone.Attention -> tokens.attention to tokens.attentionTint
        Tone.Wrong -> tokens.wrong to tokens.wrongTint
        Tone.Ok -> tokens.ok to tokens.okTint
    }
    Surface(
        modifier = modifier.fillMaxWidth().semantics { liveRegion = LiveRegionMode.Polite },
        shape = RoundedCornerShape(Sizes.radius),
        color = ground,
        border = BorderStroke(if (tokens.sunlight) 2.dp else 1.dp, if (tokens.sunlight) ink else Color.Transparent),
    ) {
        Column(Modifier.padding(16.dp), verticalArrangement = Arrangement.spacedBy(8.dp)) {
            Row(horizontalArrangement = Arrangement.spacedBy(10.dp), verticalAlignment = Alignment.CenterVertically) {
                Shape(shape, color = ink)
                Line(title, style = Plumb.type.bodyStrong)
            }
            if (text != null) Line(text, style = Plumb.type.small, color = if (tokens.sunlight) tokens.text else tokens.text2)
            actions?.invoke()
        }
    }
}

/** What stood in the way, in words. */
@Composable
fun Trouble(fault: Fault?, modifier: Modifier = Modifier, actions: (@Composable () -> Unit)? = null) {
    if (fault == null) return
    val said = Plumb.words.of(fault)
    val tone = if (fault is Fault.Offline || fault is Fault.Busy || fault is Fault.Cancelled) Tone.Attention else Tone.Wrong
    Notice(said.cause, modifier, said.wayOn, tone, actions = actions)
}

/** Where a list would be: why there is none. */
@Composable
fun Empty(title: String, text: String? = null, modifier: Modifier = Modifier) {
    Column(
        modifier.fillMaxWidth().padding(horizontal = Sizes.gutter, vertical = 32.dp),
        verticalArrangement = Arrangement.spacedBy(6.dp),
    ) {
        Line(title, style = Plumb.type.bodyStrong)
        if (text != null) Line(text, style = Plumb.type.small, color = Plumb.tokens.text2)
    }
}
