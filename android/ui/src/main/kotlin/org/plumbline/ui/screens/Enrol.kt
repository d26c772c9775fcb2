package org.plumbline.ui.screens

import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.Row
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.rememberScrollState
import androidx.compose.foundation.verticalScroll
import androidx.compose.runtime.Composable
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.semantics.semantics
import androidx.compose.ui.unit.dp
import org.plumbline.model.EnrolDeeds
import org.plumbline.model.EnrolState
import org.plumbline.model.Shown
import org.plumbline.ui.parts.Field
import org.plumbline.ui.parts.Frame
import org.plumbline.ui.parts.Heading
import org.plumbline.ui.parts.Line
import org.plumbline.ui.parts.Notice
import org.plumbline.ui.parts.PrimaryButton
import org.plumbline.ui.parts.Shape
import org.plumbline.ui.parts.Sizes
import org.plumbline.ui.parts.Trouble
import org.plumbline.ui.theme.Glyphs
import org.plumbline.ui.theme.Plumb

/** The way in: who invites, what is collected, and one button. */
@Composable
fun EnrolScreen(shown: Shown<EnrolState>, deeds: EnrolDeeds) {
    val words = Plumb.words
    val state = shown.state
    Frame(
        title = null,
        foot = { PrimaryButton(words(if (state.busy) "enrol.busy" else "enrol.add"), deeds::add, Modifier.fillMaxWidth(), enabled = state.canAdd) },
    ) {
        Column(
            Modifier.weight(1f).verticalScroll(rememberScrollState()).padding(Sizes.gutter, 24.dp),
            Arrangement.spacedBy(16.dp),
        ) {
            Row(verticalAlignment = Alignment.CenterVertically, horizontalArrangement = Arrangement.spacedBy(8.dp)) {
                Shape(Glyphs.Mark, size = 28.dp, color = Plumb.tokens.accent)
                Heading(words("app"), style = Plumb.type.title)
            }
            Heading(words("enrol.title"), style = Plumb.type.title)
            if (state.saved) Notice(words("enrol.saved"), text = words("enrol.saved.way"))
            Trouble(shown.fault)
            val invitation = state.invitation
            if (invitation == null) {
                Line(words("enrol.sub"), style = Plumb.type.small, color = Plumb.tokens.text2)
            } else {
                Column(Modifier.semantics(mergeDescendants = true) {}, Arrangement.spacedBy(4.dp)) {
                    Line(words("enrol.leads"), style = Plumb.type.meta, color = Plumb.tokens.text2)
                    Line(invitation.server, style = Plumb.type.bodyStrong)
                    Line(words("enrol.organization", "digits" to invitation.organisation), style = Plumb.type.small)
                    Line(words("enrol.not_sent"), style = Plumb.type.meta, color = Plumb.tokens.text2)
                }
            }
            Field(words("enrol.link"), state.link, deeds::link, lines = 3)
            Field(words("enrol.label"), state.label, deeds::label, hint = words("enrol.label.hint"))
            Line(words("enrol.collected"), style = Plumb.type.meta, color = Plumb.tokens.text2)
        }
    }
}
