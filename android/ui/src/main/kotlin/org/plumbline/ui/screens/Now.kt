package org.plumbline.ui.screens

import androidx.compose.foundation.clickable
import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Box
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.IntrinsicSize
import androidx.compose.foundation.layout.Row
import androidx.compose.foundation.layout.fillMaxHeight
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.height
import androidx.compose.foundation.layout.heightIn
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.rememberScrollState
import androidx.compose.foundation.verticalScroll
import androidx.compose.runtime.Composable
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.semantics.LiveRegionMode
import androidx.compose.ui.semantics.Role
import androidx.compose.ui.semantics.clearAndSetSemantics
import androidx.compose.ui.semantics.contentDescription
import androidx.compose.ui.semantics.liveRegion
import androidx.compose.ui.semantics.semantics
import androidx.compose.ui.unit.dp
import org.plumbline.core.Connection
import org.plumbline.model.Line
import org.plumbline.model.NowDeeds
import org.plumbline.model.NowState
import org.plumbline.model.OnClock
import org.plumbline.model.Place
import org.plumbline.model.Punch
import org.plumbline.model.Shown
import org.plumbline.model.hours
import org.plumbline.model.moment
import org.plumbline.model.split
import org.plumbline.ui.parts.DayLine
import org.plumbline.ui.parts.Empty
import org.plumbline.ui.parts.Frame
import org.plumbline.ui.parts.Heading
import org.plumbline.ui.parts.IconTap
import org.plumbline.ui.parts.ListRow
import org.plumbline.ui.parts.Mock
import org.plumbline.ui.parts.PrimaryButton
import org.plumbline.ui.parts.Rule
import org.plumbline.ui.parts.SecondaryButton
import org.plumbline.ui.parts.Shape
import org.plumbline.ui.parts.Sizes
import org.plumbline.ui.parts.StatusLine
import org.plumbline.ui.parts.Trouble
import org.plumbline.ui.parts.place
import org.plumbline.ui.parts.verdict
import org.plumbline.ui.theme.Icons
import org.plumbline.ui.theme.Plumb
import org.plumbline.ui.parts.Line as Text

/** Where Now leads. */
interface NowWays {
    fun waiting()

    fun crew()

    fun camera()

    fun settings()
}

/** The clock: state above, what can be tapped in the lower half. */
@Composable
fun NowScreen(shown: Shown<NowState>, deeds: NowDeeds, ways: NowWays) {
    val state = shown.state
    Box {
        Frame(title = null) {
            Strip(state.line, ways::waiting)
            Column(Modifier.weight(1f).verticalScroll(rememberScrollState())) {
                if (shown.fault != null) Trouble(shown.fault, Modifier.padding(Sizes.gutter, 12.dp))
                if (state.project == null) {
                    if (!shown.loading) Empty(Plumb.words("now.no_project"), Plumb.words("now.no_project.way"))
                } else {
                    Clock(state, ways)
                }
            }
            if (state.project != null) Actions(state, deeds, ways)
        }
        AskSheet(state, deeds)
    }
}

/** What waits, and whether there is a signal: always on top, and the way to all that waits. */
@Composable
private fun Strip(line: Line, onClick: () -> Unit) {
    val words = Plumb.words
    val (icon, text) = when {
        line.connection == Connection.SIGNED_OUT -> Icons.Lock to words("strip.signed_out")
        line.connection == Connection.IMPOSTOR -> Icons.Lock to words("strip.impostor")
        line.connection == Connection.ALARM -> Icons.Lock to words("strip.alarm")
        line.connection == Connection.OFFLINE && line.waiting == 0L -> Icons.NoSignal to words("strip.offline")
        line.connection == Connection.OFFLINE -> Icons.NoSignal to words.count("strip.offline_waiting", line.waiting)
        line.waiting > 0 -> Icons.Sending to words.count("strip.waiting", line.waiting)
        line.contact == null -> Icons.Sending to words("strip.never")
        else -> Icons.Signal to words("strip.up_to_date", "time" to words.moment(line.contact ?: 0))
    }
    Row(
        Modifier.fillMaxWidth().clickable(role = Role.Button, onClick = onClick).semantics { liveRegion = LiveRegionMode.Polite }
            .heightIn(min = Sizes.least).padding(horizontal = Sizes.gutter),
        Arrangement.spacedBy(12.dp),
        Alignment.CenterVertically,
    ) {
        Shape(icon, size = 24.dp)
        Text(text, Modifier.weight(1f).padding(vertical = 6.dp), Plumb.type.smallStrong)
        Shape(Icons.Next)
    }
    Rule(strong = true)
}

@Composable
private fun Clock(state: NowState, ways: NowWays) {
    val words = Plumb.words
    Row(Modifier.padding(start = Sizes.gutter + 4.dp, end = 4.dp, top = 12.dp), verticalAlignment = Alignment.Top) {
        Column(Modifier.weight(1f).padding(top = 6.dp)) {
            Heading(state.project?.name.orEmpty())
            val classification = state.classification?.takeIf { state.clock != OnClock.Off }
            if (classification != null) Text(classification, style = Plumb.type.small, color = Plumb.tokens.text2)
        }
        IconTap(Icons.Settings, words("settings.title"), ways::settings)
    }
    Column(Modifier.padding(start = Sizes.gutter + 4.dp, end = Sizes.gutter + 4.dp, top = 12.dp), Arrangement.spacedBy(12.dp)) {
        Column {
            Text(sentence(state), style = Plumb.type.smallStrong)
            Figure(state.worked)
        }
        DayLine(state.spans, state.now, state.clock != OnClock.Off, state.zone)
        WherePunched(state)
    }
    CrewRow(state, ways)
}

/** On the clock, where the last punch was; before it, and where the phone says no place, where the next one would be. */
@Composable
private fun WherePunched(state: NowState) {
    val hindered = state.here.place is Place.Denied || state.here.place is Place.Off
    if (state.clock != OnClock.Off && state.verdict != null && !hindered) {
        StatusLine(verdict(state.verdict))
        return
    }
    val (where, quality) = place(state.here, state.here.asked, Plumb.words("place.still"))
    StatusLine(where)
    if (quality != null) Text(quality, style = Plumb.type.meta, color = Plumb.tokens.text2)
    Mock(state.here)
}

@Composable
private fun CrewRow(state: NowState, ways: NowWays) {
    val crew = state.crew ?: return
    val words = Plumb.words
    val heard = crew.heard?.let { words("crew.heard", "time" to words.moment(it, zone = state.zone)) }
    Column(Modifier.padding(top = 14.dp)) {
        Rule()
        ListRow(
            title = words("crew.count", "name" to crew.name, "n" to crew.working, "all" to crew.mates.size),
            under = heard,
            onClick = ways::crew,
            before = { Shape(Icons.Crew, size = 24.dp) },
        )
        Rule()
    }
}

@Composable
private fun sentence(state: NowState): String {
    val words = Plumb.words
    val since = state.since?.let { words.time(it, state.zone) }
    return when (state.clock) {
        OnClock.Off -> words(if (state.worked > 0) "now.off.worked" else "now.off")
        OnClock.Working -> words("now.on", "time" to since.orEmpty())
        OnClock.Break -> words("now.break", "time" to words.time(state.spans.last().from, state.zone))
    }
}

/** Hours and minutes, large; spoken as a sentence. */
@Composable
private fun Figure(seconds: Long) {
    val words = Plumb.words
    val (hours, minutes) = words.split(seconds)
    val spoken = words("now.today", "hours" to words.hours(seconds))
    Row(Modifier.clearAndSetSemantics { contentDescription = spoken }, verticalAlignment = Alignment.Bottom) {
        Text("$hours", Modifier.alignByBaseline(), Plumb.type.clock)
        Text(words("unit.h"), Modifier.alignByBaseline().padding(start = 3.dp, end = 12.dp), Plumb.type.clockUnit)
        Text("$minutes".padStart(2, '0'), Modifier.alignByBaseline(), Plumb.type.clock)
        Text(words("unit.min"), Modifier.alignByBaseline().padding(start = 4.dp), Plumb.type.clockUnit)
    }
}

@Composable
private fun Actions(state: NowState, deeds: NowDeeds, ways: NowWays) {
    val words = Plumb.words
    Column(Modifier.padding(Sizes.gutter, 12.dp), Arrangement.spacedBy(Sizes.gap)) {
        UndoBar(state, deeds)
        when (state.clock) {
            OnClock.Off -> {
                PrimaryButton(words("now.clock_in"), { deeds.ask(Punch.In) }, Modifier.fillMaxWidth(), Icons.ClockIn)
                SecondaryButton(words("now.photograph"), ways::camera, Modifier.fillMaxWidth(), Icons.Camera)
            }
            OnClock.Working -> {
                PrimaryButton(words("now.photograph"), ways::camera, Modifier.fillMaxWidth(), Icons.Camera)
                Row(Modifier.height(IntrinsicSize.Max), Arrangement.spacedBy(Sizes.gap)) {
                    val half = Modifier.weight(1f).fillMaxHeight()
                    SecondaryButton(words("now.break_start"), { deeds.punch(Punch.BreakStart) }, half, Icons.Coffee)
                    SecondaryButton(words("now.switch"), { deeds.ask(Punch.Switch) }, half, Icons.Switch)
                }
                SecondaryButton(words("now.clock_out"), { deeds.ask(Punch.Out) }, Modifier.fillMaxWidth(), Icons.ClockOut)
            }
            OnClock.Break -> {
                PrimaryButton(words("now.break_end"), { deeds.punch(Punch.BreakEnd) }, Modifier.fillMaxWidth(), Icons.Resume)
                SecondaryButton(words("now.photograph"), ways::camera, Modifier.fillMaxWidth(), Icons.Camera)
                SecondaryButton(words("now.clock_out"), { deeds.ask(Punch.Out) }, Modifier.fillMaxWidth(), Icons.ClockOut)
            }
        }
    }
}

/** For ten seconds after a punch: what was done, and the way back. */
@Composable
private fun UndoBar(state: NowState, deeds: NowDeeds) {
    val undo = state.undo ?: return
    val words = Plumb.words
    val time = words.time(undo.at, state.zone)
    val did = words("now.did.${undo.punch.what}", "time" to time)
    Row(
        Modifier.fillMaxWidth().semantics { liveRegion = LiveRegionMode.Assertive },
        Arrangement.spacedBy(Sizes.gap),
        Alignment.CenterVertically,
    ) {
        Text(undo.name?.let { words("now.did_for", "name" to it, "did" to did) } ?: did, Modifier.weight(1f), Plumb.type.smallStrong)
        SecondaryButton(words("undo"), deeds::undo, icon = Icons.Undo, height = Sizes.least)
    }
}
