package org.plumbline.ui.parts

import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Row
import androidx.compose.foundation.layout.size
import androidx.compose.runtime.Composable
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.graphics.Color
import androidx.compose.ui.graphics.vector.ImageVector
import androidx.compose.ui.semantics.semantics
import androidx.compose.ui.text.TextStyle
import androidx.compose.ui.unit.dp
import org.plumbline.core.Custody
import org.plumbline.core.VerdictView
import org.plumbline.model.Words
import org.plumbline.model.length
import org.plumbline.ui.theme.Glyphs
import org.plumbline.ui.theme.Icons
import org.plumbline.ui.theme.Plumb

/** A status: its shape, its colour, and its words. */
data class Status(val shape: ImageVector, val text: String, val color: Color)

/** Where a photograph's bytes are. */
@Composable
fun custody(of: Custody, here: Boolean): Status {
    val (tokens, words) = Plumb.tokens to Plumb.words
    return when (of) {
        Custody.LOCAL -> Status(Glyphs.OnThisPhone, words(if (here) "custody.here" else "custody.elsewhere"), tokens.text2)
        Custody.RECEIVED -> Status(Glyphs.Received, words("custody.received"), tokens.text2)
        Custody.VERIFIED -> Status(Glyphs.Verified, words("custody.verified"), tokens.ok)
    }
}

/** Where a punch was, against the fence: verdict, then accuracy. */
@Composable
fun verdict(of: VerdictView?): Status {
    val words = Plumb.words
    val said = of?.let { judged(it) } ?: return Status(Glyphs.NoPlace, words("place.none"), Plumb.tokens.text2)
    val accuracy = of.accuracyCm?.let { words.length(it) }
    val mock = if (of.mock) " " + words("place.mock") else ""
    return said.copy(text = (if (accuracy == null) said.text else words("place.with", "what" to said.text, "accuracy" to accuracy)) + mock)
}

/** The verdict alone; none where there was no place to judge. */
@Composable
internal fun judged(of: VerdictView): Status? {
    val (tokens, words) = Plumb.tokens to Plumb.words
    return when (of.verdict) {
        "inside" -> Status(Glyphs.Inside, words("place.inside"), tokens.ok)
        "outside" -> Status(Glyphs.Outside, words("place.outside"), tokens.attention)
        "cannot_tell" -> Status(Glyphs.CannotTell, cannotTell(words, of.distanceCm?.let { words.length(it) }), tokens.text2)
        else -> null
    }
}

private fun cannotTell(words: Words, far: String?) = if (far == null) words("place.cannot_tell") else words("place.fence", "distance" to far)

/** A status as shape and word, one thing to a screen reader. */
@Composable
fun StatusLine(status: Status, modifier: Modifier = Modifier, style: TextStyle = Plumb.type.smallStrong) {
    Row(modifier.semantics(mergeDescendants = true) {}, Arrangement.spacedBy(10.dp), Alignment.CenterVertically) {
        Shape(status.shape, Modifier.size(22.dp), color = status.color)
        Line(status.text, style = style)
    }
}

/** The icon of a kind of record. */
fun iconOf(kind: String): ImageVector = when (kind) {
    "punch" -> Icons.Clock
    "photo" -> Icons.Picture
    "note" -> Icons.Note
    "week" -> Icons.Week
    "member", "crew", "absence" -> Icons.Crew
    else -> Icons.Records
}
