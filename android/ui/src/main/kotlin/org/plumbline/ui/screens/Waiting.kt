package org.plumbline.ui.screens

import androidx.compose.foundation.BorderStroke
import androidx.compose.foundation.border
import androidx.compose.foundation.clickable
import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Box
import androidx.compose.foundation.layout.IntrinsicSize
import androidx.compose.foundation.layout.Row
import androidx.compose.foundation.layout.fillMaxHeight
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.height
import androidx.compose.foundation.layout.heightIn
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.layout.size
import androidx.compose.foundation.lazy.LazyColumn
import androidx.compose.foundation.lazy.items
import androidx.compose.foundation.shape.RoundedCornerShape
import androidx.compose.runtime.Composable
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.draw.clip
import androidx.compose.ui.semantics.Role
import androidx.compose.ui.text.buildAnnotatedString
import androidx.compose.ui.unit.dp
import org.plumbline.core.Connection
import org.plumbline.model.Item
import org.plumbline.model.Refusal
import org.plumbline.model.Sent
import org.plumbline.model.Shown
import org.plumbline.model.WaitingDeeds
import org.plumbline.model.WaitingState
import org.plumbline.model.Words
import org.plumbline.model.bytes
import org.plumbline.model.moment
import org.plumbline.model.of
import org.plumbline.ui.parts.Copied
import org.plumbline.ui.parts.Empty
import org.plumbline.ui.parts.Frame
import org.plumbline.ui.parts.Line
import org.plumbline.ui.parts.ListRow
import org.plumbline.ui.parts.Notice
import org.plumbline.ui.parts.PrimaryButton
import org.plumbline.ui.parts.Rule
import org.plumbline.ui.parts.SecondaryButton
import org.plumbline.ui.parts.Shape
import org.plumbline.ui.parts.Sizes
import org.plumbline.ui.parts.Status
import org.plumbline.ui.parts.StatusLine
import org.plumbline.ui.parts.Thumb
import org.plumbline.ui.parts.Tone
import org.plumbline.ui.parts.Trouble
import org.plumbline.ui.parts.iconOf
import org.plumbline.ui.theme.Glyphs
import org.plumbline.ui.theme.Icons
import org.plumbline.ui.theme.Plumb

/**
 * What waits: how much, that it is safe, what was not accepted, what went today, and two ways on: to try now, and to hand a copy
 * over.
 */
@Composable
fun WaitingScreen(
    shown: Shown<WaitingState>,
    deeds: WaitingDeeds,
    onConflicts: () -> Unit,
    onPhotographs: () -> Unit,
    onBack: () -> Unit,
) {
    val words = Plumb.words
    val state = shown.state
    Frame(
        words("waiting.title"),
        onBack = onBack,
        foot = {
            if (state.sent.photos > 0) Went(state.sent, onPhotographs)
            val act = words(if (state.trying) "waiting.trying" else "waiting.try")
            Row(Modifier.height(IntrinsicSize.Max), Arrangement.spacedBy(Sizes.gap)) {
                PrimaryButton(act, deeds::tryNow, Modifier.weight(1f).fillMaxHeight(), enabled = !state.trying)
                val over = words(if (state.copying) "hours.copy.busy" else "waiting.hand_over")
                SecondaryButton(over, deeds::handOver, Modifier.fillMaxHeight(), enabled = !state.copying)
            }
        },
    ) {
        LazyColumn(Modifier.weight(1f)) {
            item { if (state.items.isNotEmpty()) Summary(state) }
            item { Trouble(shown.fault, Modifier.padding(Sizes.gutter, 8.dp)) }
            item { Copied(state.copy, deeds::share, Modifier.padding(Sizes.gutter - 4.dp, 6.dp)) }
            items(state.refusals, key = { it.action }) { Refused(it, deeds) }
            if (state.conflicts > 0) item { Disagreement(state.conflicts, onConflicts) }
            if (state.items.isEmpty()) {
                if (!shown.loading) item { Empty(words("waiting.none"), contact(words, state)) }
            } else {
                item { Head(state) }
                items(state.items, key = { it.record }) {
                    Waits(it)
                    Rule()
                }
            }
        }
    }
}

@Composable
private fun Summary(state: WaitingState) {
    val words = Plumb.words
    val count = words.count("waiting.count", state.items.size)
    val size = if (state.bytes == 0uL) "" else ", ${words.bytes(state.bytes)}"
    val text = buildAnnotatedString {
        pushStyle(Plumb.type.bodyStrong.toSpanStyle())
        append("$count$size. ")
        pop()
        append(words(if (state.line.connection == Connection.OFFLINE) "waiting.safe_offline" else "waiting.safe"))
        contact(words, state)?.let { append(" $it") }
    }
    androidx.compose.material3.Text(text, Modifier.padding(Sizes.gutter + 4.dp, 4.dp), style = Plumb.type.body, color = Plumb.tokens.text)
}

private fun contact(words: Words, state: WaitingState) = state.line.contact?.let { words("waiting.contact", "time" to words.moment(it)) }

@Composable
private fun Refused(refusal: Refusal, deeds: WaitingDeeds) {
    val words = Plumb.words
    val what = words("kind.${refusal.kind}")
    val said = refusal.fault?.let(words::of)
    val about = listOfNotNull(refusal.title?.let { words.known("choice.$it") ?: it }, words.moment(refusal.made)).joinToString(", ")
    Notice(
        words("waiting.refused", "what" to what),
        Modifier.padding(Sizes.gutter - 4.dp, 6.dp),
        listOfNotNull("$about.", said?.cause, words("waiting.refused.safe")).joinToString(" "),
        Tone.Wrong,
    ) { SecondaryButton(words("waiting.dismiss"), { deeds.dismiss(refusal.action) }, Modifier.fillMaxWidth()) }
}

@Composable
private fun Disagreement(n: Int, onConflicts: () -> Unit) {
    val words = Plumb.words
    val around = Modifier.padding(Sizes.gutter - 4.dp, 6.dp)
    Notice(words.count("waiting.conflicts", n), around, words("waiting.conflicts.way"), shape = Glyphs.Conflict) {
        SecondaryButton(words("waiting.conflicts.open"), onConflicts, Modifier.fillMaxWidth())
    }
}

@Composable
private fun Went(sent: Sent, onPhotographs: () -> Unit) {
    val (words, tokens) = Plumb.words to Plumb.tokens
    val status = if (sent.verified == sent.photos) {
        Status(Glyphs.Verified, words.count("waiting.sent_verified", sent.photos), tokens.ok)
    } else {
        val verified = words.number(sent.verified)
        Status(Glyphs.Received, words.count("waiting.sent_partly", sent.photos, "verified" to verified), tokens.text2)
    }
    Row(
        Modifier.fillMaxWidth().clickable(role = Role.Button, onClick = onPhotographs).heightIn(min = Sizes.least),
        Arrangement.spacedBy(10.dp),
        Alignment.CenterVertically,
    ) {
        // Not a status line, which is a thing of its own to a screen reader: this is one button.
        Shape(status.shape, size = 22.dp, color = status.color)
        Line(status.text, Modifier.weight(1f), Plumb.type.smallStrong)
        Shape(Icons.Next, color = tokens.text2)
    }
}

@Composable
private fun Head(state: WaitingState) {
    Row(Modifier.padding(Sizes.gutter + 4.dp, 12.dp), Arrangement.SpaceBetween, Alignment.CenterVertically) {
        StatusLine(Status(Glyphs.OnThisPhone, Plumb.words("custody.here"), Plumb.tokens.text), Modifier.weight(1f))
        Line(Plumb.words.number(state.items.size.toLong()), style = Plumb.type.smallStrong)
    }
    Rule()
}

@Composable
private fun Waits(item: Item) {
    val words = Plumb.words
    val kind = words("kind.${item.kind}")
    val title = item.title?.let { words.known("choice.$it") ?: it }
    val made = item.made?.let { words.moment(it) }
    val rest = if (item.logged && item.bytes != null) words("waiting.picture") else null
    ListRow(
        title ?: kind,
        under = listOfNotNull(made, kind.takeIf { title != null }, rest).joinToString(", "),
        after = item.bytes?.let { words.bytes(it) },
        before = {
            val shape = RoundedCornerShape(4.dp)
            if (item.kind == "photo") {
                Thumb(item.record, Modifier.size(52.dp, 48.dp).clip(shape))
            } else {
                Box(Modifier.size(52.dp, 48.dp).border(BorderStroke(Plumb.tokens.stroke, Plumb.tokens.edge), shape), Alignment.Center) {
                    Shape(iconOf(item.kind), size = 24.dp)
                }
            }
        },
    )
}
