package org.plumbline.ui.screens

import androidx.compose.foundation.layout.Box
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.lazy.LazyColumn
import androidx.compose.foundation.lazy.items
import androidx.compose.runtime.Composable
import androidx.compose.ui.Modifier
import androidx.compose.ui.unit.dp
import org.plumbline.core.DayState
import org.plumbline.model.Mate
import org.plumbline.model.NowDeeds
import org.plumbline.model.NowState
import org.plumbline.model.Punch
import org.plumbline.model.Shown
import org.plumbline.model.Words
import org.plumbline.model.moment
import org.plumbline.ui.parts.Empty
import org.plumbline.ui.parts.Frame
import org.plumbline.ui.parts.ListRow
import org.plumbline.ui.parts.Rule
import org.plumbline.ui.parts.SecondaryButton
import org.plumbline.ui.parts.Sizes
import org.plumbline.ui.parts.Trouble
import org.plumbline.ui.theme.Plumb
import java.time.ZoneId

/** The crew of a foreman: who works, who was last heard when, and a clock for each. */
@Composable
fun CrewScreen(shown: Shown<NowState>, deeds: NowDeeds, onBack: () -> Unit) {
    val words = Plumb.words
    val state = shown.state
    val crew = state.crew
    Box {
        Frame(crew?.name ?: words("crew.title"), onBack = onBack) {
            Trouble(shown.fault, Modifier.padding(Sizes.gutter, 8.dp))
            if (crew == null || crew.mates.isEmpty()) {
                Empty(words("crew.none"))
            } else {
                LazyColumn {
                    items(crew.mates, key = { it.member }) { mate ->
                        val on = mate.state == DayState.WORKING || mate.state == DayState.ON_BREAK
                        ListRow(mate.name, under = said(words, mate, state.zone), trailing = {
                            SecondaryButton(
                                words(if (on) "now.clock_out" else "now.clock_in"),
                                { deeds.askFor(mate, if (on) Punch.Out else Punch.In) },
                                height = Sizes.least,
                            )
                        })
                        Rule()
                    }
                }
            }
        }
        AskSheet(state, deeds)
    }
}

private fun said(words: Words, mate: Mate, zone: ZoneId): String {
    val since = mate.since?.let { words.time(it, zone) }.orEmpty()
    val how = words("crew.state.${mate.state.name.lowercase()}", "time" to since)
    return mate.heard?.let { words("crew.how", "how" to how, "time" to words.moment(it, zone = zone)) } ?: how
}
