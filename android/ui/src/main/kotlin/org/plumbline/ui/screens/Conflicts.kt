package org.plumbline.ui.screens

import androidx.compose.foundation.BorderStroke
import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.rememberScrollState
import androidx.compose.foundation.shape.RoundedCornerShape
import androidx.compose.foundation.verticalScroll
import androidx.compose.material3.Surface
import androidx.compose.runtime.Composable
import androidx.compose.ui.Modifier
import androidx.compose.ui.unit.dp
import org.plumbline.core.Datum
import org.plumbline.model.Conflict
import org.plumbline.model.ConflictsDeeds
import org.plumbline.model.ConflictsState
import org.plumbline.model.Shown
import org.plumbline.model.Version
import org.plumbline.model.between
import org.plumbline.model.moment
import org.plumbline.model.shown
import org.plumbline.model.text
import org.plumbline.ui.parts.Empty
import org.plumbline.ui.parts.Field
import org.plumbline.ui.parts.Frame
import org.plumbline.ui.parts.Heading
import org.plumbline.ui.parts.Line
import org.plumbline.ui.parts.SecondaryButton
import org.plumbline.ui.parts.Sizes
import org.plumbline.ui.parts.Status
import org.plumbline.ui.parts.StatusLine
import org.plumbline.ui.parts.Trouble
import org.plumbline.ui.theme.Glyphs
import org.plumbline.ui.theme.Plumb

/** Conflicts: every value, who wrote it and when, and one tap to keep it. */
@Composable
fun ConflictsScreen(shown: Shown<ConflictsState>, deeds: ConflictsDeeds, onBack: () -> Unit) {
    val words = Plumb.words
    val state = shown.state
    Frame(words("conflicts.title"), onBack = onBack) {
        Trouble(shown.fault, Modifier.padding(Sizes.gutter, 8.dp))
        if (state.conflicts.isEmpty()) {
            if (!shown.loading) Empty(words("conflicts.none"), words("conflicts.none.way"))
        } else {
            Column(
                Modifier.weight(1f).verticalScroll(rememberScrollState()).padding(Sizes.gutter, 8.dp),
                Arrangement.spacedBy(24.dp),
            ) {
                if (state.conflicts.any { it.owesReason }) Field(words("record.reason"), state.reason, deeds::reason)
                state.conflicts.forEach { Values(it, state, deeds) }
                Line(words("conflicts.stays"), style = Plumb.type.small, color = Plumb.tokens.text2)
            }
        }
    }
}

@Composable
private fun Values(conflict: Conflict, state: ConflictsState, deeds: ConflictsDeeds) {
    val words = Plumb.words
    val record = conflict.record
    val field = words.known("field.${conflict.field}") ?: conflict.field
    val title = record.text("text") ?: record.text("name") ?: words("kind.${record.kind}")
    Column(verticalArrangement = Arrangement.spacedBy(10.dp)) {
        StatusLine(Status(Glyphs.Conflict, words("conflicts.of", "field" to field), Plumb.tokens.attention))
        if (conflict.field != "text" && conflict.field != "name") Heading(title)
        for (version in conflict.versions) Value(conflict, version, state, deeds)
        if (!conflict.mayChoose) Line(words("conflicts.may_not"), style = Plumb.type.small, color = Plumb.tokens.text2)
    }
}

@Composable
private fun Value(conflict: Conflict, version: Version, state: ConflictsState, deeds: ConflictsDeeds) {
    val words = Plumb.words
    val tokens = Plumb.tokens
    val who = version.by?.let { state.names[it] } ?: words("conflicts.unknown")
    val wrote = version.at?.let { words("conflicts.wrote", "name" to who, "time" to words.moment(it)) } ?: who
    Surface(
        Modifier.fillMaxWidth(),
        shape = RoundedCornerShape(Sizes.radius),
        color = tokens.surface,
        border = BorderStroke(tokens.stroke, tokens.edge),
    ) {
        Column(Modifier.padding(16.dp), Arrangement.spacedBy(6.dp)) {
            Line(said(version.value), style = Plumb.type.bodyStrong)
            Line(if (version.shows) "$wrote. ${words("conflicts.shows")}" else wrote, style = Plumb.type.small, color = tokens.text2)
            if (conflict.mayChoose) {
                val ready = !conflict.owesReason || state.reason.isNotBlank()
                SecondaryButton(words("conflicts.keep"), { deeds.keep(conflict, version) }, Modifier.fillMaxWidth(), enabled = ready)
            }
        }
    }
}

@Composable
private fun said(value: Datum): String {
    val words = Plumb.words
    val text = when (value) {
        is Datum.Moment -> words.between(value.v1)
        is Datum.Typed -> words.moment(value.v1.typed)
        is Datum.Bool -> words(if (value.v1) "yes" else "no")
        else -> value.shown().let { words.known("choice.$it") ?: it }
    }
    return text.ifEmpty { words("conflicts.nothing") }
}
