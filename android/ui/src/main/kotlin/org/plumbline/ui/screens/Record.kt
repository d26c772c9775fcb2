package org.plumbline.ui.screens

import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.Row
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.heightIn
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.rememberScrollState
import androidx.compose.foundation.selection.toggleable
import androidx.compose.foundation.verticalScroll
import androidx.compose.material3.Switch
import androidx.compose.runtime.Composable
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.semantics.Role
import androidx.compose.ui.unit.dp
import org.plumbline.core.ChangeView
import org.plumbline.model.Entry
import org.plumbline.model.RecordDeeds
import org.plumbline.model.RecordState
import org.plumbline.model.Shown
import org.plumbline.model.moment
import org.plumbline.model.shown
import org.plumbline.ui.parts.ChoiceRow
import org.plumbline.ui.parts.Field
import org.plumbline.ui.parts.Frame
import org.plumbline.ui.parts.Heading
import org.plumbline.ui.parts.Line
import org.plumbline.ui.parts.ListRow
import org.plumbline.ui.parts.Notice
import org.plumbline.ui.parts.PrimaryButton
import org.plumbline.ui.parts.Rule
import org.plumbline.ui.parts.Sizes
import org.plumbline.ui.parts.Tone
import org.plumbline.ui.parts.Trouble
import org.plumbline.ui.theme.Glyphs
import org.plumbline.ui.theme.Plumb

/** A record: its fields as a form that its kind lays out, and its history. */
@Composable
fun RecordScreen(shown: Shown<RecordState>, deeds: RecordDeeds, onBack: () -> Unit) {
    val words = Plumb.words
    val state = shown.state
    val kind = state.kind
    val title = kind?.let { words("kind.${it.name}") }.orEmpty()
    val writes = kind?.writes == true
    Frame(
        title,
        onBack = onBack,
        foot = if (!writes) null else ({ PrimaryButton(words("record.save"), deeds::save, Modifier.fillMaxWidth(), enabled = state.canSave) }),
    ) {
        Column(Modifier.weight(1f).verticalScroll(rememberScrollState()).padding(bottom = 16.dp), Arrangement.spacedBy(12.dp)) {
            Column(Modifier.padding(horizontal = Sizes.gutter), Arrangement.spacedBy(8.dp)) {
                if (state.saved) Notice(words("record.saved"), text = words("record.saved.way"), shape = Glyphs.OnThisPhone, tone = Tone.Ok)
                Trouble(shown.fault)
            }
            if (kind?.project == true && state.record == null && state.projects.size > 1) Projects(state, deeds)
            state.entries.forEach { EntryField(it, writes, deeds) }
            if (state.owesReason) {
                Field(words("record.reason"), state.reason, deeds::reason, Modifier.padding(horizontal = Sizes.gutter), words("record.reason.hint"))
            }
            if (state.history.isNotEmpty()) History(state)
        }
    }
}

@Composable
private fun Projects(state: RecordState, deeds: RecordDeeds) {
    Line(Plumb.words("now.where"), Modifier.padding(horizontal = Sizes.gutter), Plumb.type.meta, Plumb.tokens.text2)
    for (project in state.projects) ChoiceRow(project.name, project.id == state.project?.id, { deeds.project(project) }, project.number)
}

@Composable
private fun EntryField(entry: Entry, writes: Boolean, deeds: RecordDeeds) {
    val words = Plumb.words
    val name = entry.of.name
    val label = words.known("field.$name") ?: name
    val gutter = Modifier.padding(horizontal = Sizes.gutter)
    when (entry.of.form) {
        "bool" -> Row(
            Modifier.fillMaxWidth().toggleable(entry.text == "true", writes, Role.Switch) { deeds.write(name, it.toString()) }
                .heightIn(min = Sizes.least).padding(horizontal = Sizes.gutter),
            Arrangement.SpaceBetween,
            Alignment.CenterVertically,
        ) {
            Line(label)
            Switch(entry.text == "true", onCheckedChange = null)
        }
        "choice", "ref" -> Column {
            Line(label, gutter, Plumb.type.meta, Plumb.tokens.text2)
            for ((value, text) in entry.choices) {
                ChoiceRow(words.known("choice.$value") ?: text, value in entry.text.lines(), { deeds.write(name, value) })
            }
        }
        else -> {
            val hint = when {
                entry.several -> words("record.lines")
                entry.appends -> words("record.appends")
                entry.of.form == "day" -> words("record.day")
                else -> null
            }
            val long = entry.of.form == "text" && (entry.several || (entry.of.max ?: 0) > LONG)
            Field(label, entry.text, { deeds.write(name, it) }, gutter, hint, if (long) 3 else 1, entry.of.form == "int", writes)
        }
    }
}

@Composable
private fun History(state: RecordState) {
    val words = Plumb.words
    Rule()
    Heading(words("record.history"), Modifier.padding(horizontal = Sizes.gutter))
    for (change in state.history.asReversed()) {
        val who = change.by?.let { state.names[it] } ?: change.label
        val at = (change.at ?: change.received)?.let { words.moment(it) }.orEmpty()
        ListRow(written(change), under = listOfNotNull(who, at, change.reason).filter(String::isNotEmpty).joinToString(", "), strong = false)
    }
}

@Composable
private fun written(change: ChangeView): String {
    val words = Plumb.words
    return change.fields.entries.joinToString("\n") { (name, value) -> "${words.known("field.$name") ?: name}: ${value.shown().ifEmpty { "–" }}" }
}

private const val LONG = 200
