package org.plumbline.ui.screens

import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.padding
import androidx.compose.runtime.Composable
import androidx.compose.ui.Modifier
import androidx.compose.ui.unit.dp
import org.plumbline.model.Ask
import org.plumbline.model.NowDeeds
import org.plumbline.model.NowState
import org.plumbline.model.Punch
import org.plumbline.ui.parts.ChoiceRow
import org.plumbline.ui.parts.Line
import org.plumbline.ui.parts.PrimaryButton
import org.plumbline.ui.parts.SecondaryButton
import org.plumbline.ui.parts.Sheet
import org.plumbline.ui.parts.Sizes
import org.plumbline.ui.theme.Plumb

/** The second tap: what will be stated, where, and as what. */
@Composable
internal fun AskSheet(state: NowState, deeds: NowDeeds) {
    val ask = state.ask ?: return
    val words = Plumb.words
    val deed = words("now.deed.${ask.punch.what}")
    Sheet(
        title = ask.name?.let { words("now.ask_for", "deed" to deed, "name" to it) } ?: words("now.ask.${ask.punch.what}"),
        onAway = deeds::cancel,
        foot = {
            val can = ask.punch != Punch.Switch || ask.classification != null || ask.project?.id != state.project?.id
            PrimaryButton(deed, deeds::confirm, Modifier.fillMaxWidth(), enabled = can)
            SecondaryButton(words("cancel"), deeds::cancel, Modifier.fillMaxWidth())
        },
    ) {
        when (ask.punch) {
            Punch.In, Punch.Switch -> Choices(state, ask, deeds)
            else -> Line(ask.project?.name.orEmpty(), Modifier.padding(horizontal = Sizes.gutter))
        }
    }
}

@Composable
private fun Choices(state: NowState, ask: Ask, deeds: NowDeeds) {
    val words = Plumb.words
    val project = ask.project ?: return
    if (state.projects.size > 1) {
        Label(words("now.where"))
        for (other in state.projects) {
            ChoiceRow(other.name, other.id == project.id, { deeds.choose(other, other.classifications.singleOrNull()) }, other.number)
        }
    } else {
        Line(project.name, Modifier.padding(horizontal = Sizes.gutter, vertical = 4.dp))
    }
    if (project.classifications.isNotEmpty()) {
        Label(words("now.as"))
        for (classification in project.classifications) {
            ChoiceRow(classification, classification == ask.classification, { deeds.choose(project, classification) })
        }
    }
}

@Composable
private fun Label(text: String) =
    Line(text, Modifier.padding(start = Sizes.gutter, end = Sizes.gutter, top = 8.dp), Plumb.type.meta, Plumb.tokens.text2)
