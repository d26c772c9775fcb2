package org.plumbline.ui.screens

import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Box
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.Row
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.rememberScrollState
import androidx.compose.foundation.verticalScroll
import androidx.compose.runtime.Composable
import androidx.compose.runtime.getValue
import androidx.compose.runtime.mutableStateOf
import androidx.compose.runtime.saveable.rememberSaveable
import androidx.compose.runtime.setValue
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.unit.dp
import org.plumbline.core.CellPunch
import org.plumbline.core.Datum
import org.plumbline.core.WeekState
import org.plumbline.model.HoursDay
import org.plumbline.model.HoursDeeds
import org.plumbline.model.HoursProject
import org.plumbline.model.HoursState
import org.plumbline.model.Project
import org.plumbline.model.Shown
import org.plumbline.model.between
import org.plumbline.model.date
import org.plumbline.model.day
import org.plumbline.model.hours
import org.plumbline.model.text
import org.plumbline.ui.parts.Copied
import org.plumbline.ui.parts.Empty
import org.plumbline.ui.parts.Field
import org.plumbline.ui.parts.Frame
import org.plumbline.ui.parts.Heading
import org.plumbline.ui.parts.IconTap
import org.plumbline.ui.parts.Line
import org.plumbline.ui.parts.ListRow
import org.plumbline.ui.parts.Notice
import org.plumbline.ui.parts.PrimaryButton
import org.plumbline.ui.parts.Rule
import org.plumbline.ui.parts.SecondaryButton
import org.plumbline.ui.parts.Shape
import org.plumbline.ui.parts.Sheet
import org.plumbline.ui.parts.Sizes
import org.plumbline.ui.parts.Status
import org.plumbline.ui.parts.StatusLine
import org.plumbline.ui.parts.TextButton
import org.plumbline.ui.parts.Trouble
import org.plumbline.ui.parts.verdict
import org.plumbline.ui.theme.Glyphs
import org.plumbline.ui.theme.Icons
import org.plumbline.ui.theme.Plumb

/** One's own hours: a week, its days, the signature, and a copy to keep. */
@Composable
fun HoursScreen(shown: Shown<HoursState>, deeds: HoursDeeds) {
    val words = Plumb.words
    val state = shown.state
    Box {
        Frame(words("hours.title")) {
            Week(state, deeds)
            Column(Modifier.weight(1f).verticalScroll(rememberScrollState())) {
                Trouble(shown.fault, Modifier.padding(Sizes.gutter, 8.dp))
                Total(state)
                if (!shown.loading && state.days.none(HoursDay::says)) {
                    Empty(words("hours.none"), words("hours.none.way"))
                }
                for (day in state.days) Day(day, state, deeds)
                for (of in state.projects) Signature(of, state, deeds)
                Copying(state, deeds)
            }
        }
        DisputeSheet(state, deeds)
    }
}

@Composable
private fun Week(state: HoursState, deeds: HoursDeeds) {
    val words = Plumb.words
    Row(Modifier.fillMaxWidth().padding(horizontal = 4.dp), Arrangement.SpaceBetween, Alignment.CenterVertically) {
        IconTap(Icons.Previous, words("hours.before"), { deeds.week(state.monday.minusWeeks(1)) })
        Heading(words("hours.range", "from" to words.date(state.monday), "to" to words.date(state.monday.plusDays(6))))
        if (state.thisWeek) {
            Box(Modifier.padding(28.dp))
        } else {
            IconTap(Icons.Next, words("hours.after"), { deeds.week(state.monday.plusWeeks(1)) })
        }
    }
    Rule()
}

@Composable
private fun Total(state: HoursState) {
    val words = Plumb.words
    Column(Modifier.padding(Sizes.gutter + 4.dp, 14.dp)) {
        Line(words.hours(state.seconds), style = Plumb.type.title)
        val over = words("hours.overtime", "hours" to words.hours(state.overtime))
        if (state.overtime > 0) Line(over, style = Plumb.type.small, color = Plumb.tokens.text2)
    }
}

@Composable
private fun Day(day: HoursDay, state: HoursState, deeds: HoursDeeds) {
    val words = Plumb.words
    val high = day.high
    val range = when {
        day.low == day.seconds && high == day.seconds -> null
        high == null -> words("hours.at_least", "low" to words.hours(day.low))
        // Less than a minute either way is no doubt that a person would act upon.
        high - day.low < DOUBT -> null
        else -> words("hours.between", "low" to words.hours(day.low), "high" to words.hours(high))
    }
    val notes = listOfNotNull(range, words("hours.corrected").takeIf { day.corrected }, words("hours.off").takeIf { day.off })
    val open = state.open == day.date
    ListRow(
        words.day(day.date),
        under = notes.joinToString(", ").ifEmpty { null },
        after = if (day.seconds == 0L) words("hours.zero") else words.hours(day.seconds),
        onClick = { deeds.day(day.date) },
        strong = day.date == state.today,
        before = if (day.corrected) ({ Shape(Glyphs.ByHand, size = 16.dp, color = Plumb.tokens.attention) }) else null,
    )
    if (open) {
        if (state.cells.isEmpty()) Line(words("hours.no_punches"), Modifier.padding(Sizes.gutter, 8.dp), Plumb.type.small, Plumb.tokens.text2)
        for ((project, cell) in state.cells) Punches(project, cell.punches)
    }
    Rule()
}

@Composable
private fun Punches(project: Project, punches: List<CellPunch>) {
    val words = Plumb.words
    Line(project.name, Modifier.padding(start = Sizes.gutter, top = 4.dp), Plumb.type.meta, Plumb.tokens.text2)
    for (punch in punches) {
        val what = words("now.did.${punch.record.text("what")}.short")
        val gone = if (punch.record.withdrawn) words("hours.withdrawn") else null
        val flags = punch.flags.mapNotNull { words.known("hours.flag.$it") }
        val classification = punch.record.text("classification")
        Column(Modifier.padding(start = Sizes.gutter + 12.dp, end = Sizes.gutter, top = 6.dp, bottom = 6.dp)) {
            Line(listOfNotNull("$what ${at(punch, project)}", classification, gone).joinToString(", "), style = Plumb.type.small)
            StatusLine(verdict(punch.verdict), style = Plumb.type.meta)
            for (flag in flags) StatusLine(Status(Glyphs.NeedsYou, flag, Plumb.tokens.attention), style = Plumb.type.meta)
        }
    }
}

@Composable
private fun at(punch: CellPunch, project: Project): String = when (val at = punch.record.fields["at"]) {
    is Datum.Moment -> Plumb.words.between(at.v1, project.zone)
    is Datum.Typed -> Plumb.words.time(at.v1.typed, project.zone)
    else -> ""
}

@Composable
private fun Signature(of: HoursProject, state: HoursState, deeds: HoursDeeds) {
    val words = Plumb.words
    val person = of.person
    val hours = words.hours(person.seconds)
    val signed = person.signed?.let { words.hours(it.seconds) }.orEmpty()
    Column(Modifier.padding(Sizes.gutter, 14.dp), Arrangement.spacedBy(10.dp)) {
        Heading(of.project.name)
        person.disputed?.let { Notice(words("hours.disputed"), text = it) }
        when (person.state) {
            WeekState.OPEN -> Line(words("hours.open", "hours" to hours), style = Plumb.type.small)
            WeekState.DISPUTED -> {}
            WeekState.SIGNED -> StatusLine(Status(Icons.Check, words("hours.signed", "hours" to signed), Plumb.tokens.text2))
            WeekState.APPROVED -> StatusLine(Status(Icons.Week, words("hours.approved", "hours" to signed), Plumb.tokens.ok))
            WeekState.CHANGED -> Notice(words("hours.changed"), text = words("hours.changed.way", "signed" to signed, "now" to hours))
        }
        if (person.state == WeekState.SIGNED || person.state == WeekState.APPROVED) {
            TextButton(words("hours.unsign"), { deeds.unsign(of) })
        } else {
            val act = words("hours.sign", "hours" to hours)
            PrimaryButton(act, { deeds.sign(of) }, Modifier.fillMaxWidth(), Icons.Week, enabled = person.seconds > 0)
        }
        SecondaryButton(words("hours.dispute"), { deeds.disputing(of.project.id) }, Modifier.fillMaxWidth())
    }
    Rule()
}

@Composable
private fun Copying(state: HoursState, deeds: HoursDeeds) {
    val words = Plumb.words
    Column(Modifier.padding(Sizes.gutter, 16.dp), Arrangement.spacedBy(10.dp)) {
        Heading(words("hours.copy.title"))
        Line(words("hours.copy.what"), style = Plumb.type.small, color = Plumb.tokens.text2)
        Copied(state.copy, deeds::share)
        val act = words(if (state.copying) "hours.copy.busy" else "hours.copy.act")
        SecondaryButton(act, deeds::copy, Modifier.fillMaxWidth(), Icons.Export, enabled = !state.copying)
    }
}

@Composable
private fun DisputeSheet(state: HoursState, deeds: HoursDeeds) {
    val of = state.projects.find { it.project.id == state.disputing } ?: return
    val words = Plumb.words
    var text by rememberSaveable(of.project.id) { mutableStateOf(of.person.disputed.orEmpty()) }
    Sheet(
        words("hours.dispute"),
        { deeds.disputing(null) },
        foot = {
            PrimaryButton(words("hours.dispute.send"), { deeds.dispute(of, text.trim()) }, Modifier.fillMaxWidth(), enabled = text.isNotBlank())
            if (of.person.disputed != null) SecondaryButton(words("hours.dispute.settled"), { deeds.dispute(of, null) }, Modifier.fillMaxWidth())
            SecondaryButton(words("cancel"), { deeds.disputing(null) }, Modifier.fillMaxWidth())
        },
    ) {
        Field(words("hours.dispute.what"), text, { text = it }, Modifier.padding(horizontal = Sizes.gutter), words("hours.dispute.hint"), lines = 3)
    }
}

private const val DOUBT = 60

/** Whether there is anything to read about this day. */
private fun HoursDay.says() = seconds > 0 || corrected || off
