package org.plumbline.ui.screens

import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Box
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.ColumnScope
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
import org.plumbline.model.Choices
import org.plumbline.model.Language
import org.plumbline.model.Leaving
import org.plumbline.model.Look
import org.plumbline.model.SettingsDeeds
import org.plumbline.model.SettingsState
import org.plumbline.model.Shown
import org.plumbline.model.bytes
import org.plumbline.model.moment
import org.plumbline.ui.parts.ChoiceRow
import org.plumbline.ui.parts.Frame
import org.plumbline.ui.parts.Heading
import org.plumbline.ui.parts.Line
import org.plumbline.ui.parts.ListRow
import org.plumbline.ui.parts.Notice
import org.plumbline.ui.parts.PrimaryButton
import org.plumbline.ui.parts.Rule
import org.plumbline.ui.parts.SecondaryButton
import org.plumbline.ui.parts.Sheet
import org.plumbline.ui.parts.Sizes
import org.plumbline.ui.parts.Tone
import org.plumbline.ui.parts.Trouble
import org.plumbline.ui.theme.Plumb

/** This phone: look, language, storage, who it belongs to, and the way out. */
@Composable
fun SettingsScreen(shown: Shown<SettingsState>, choices: Choices, deeds: SettingsDeeds, onBack: () -> Unit) {
    val words = Plumb.words
    val state = shown.state
    Box {
        Frame(words("settings.title"), onBack = onBack) {
            Column(Modifier.weight(1f).verticalScroll(rememberScrollState())) {
                Trouble(shown.fault, Modifier.padding(Sizes.gutter, 8.dp))
                for (alarm in state.alarms) {
                    Notice(words("settings.alarm", "time" to words.moment(alarm.at)), Modifier.padding(Sizes.gutter, 6.dp), alarm.text, Tone.Wrong)
                }
                Looks(choices, deeds)
                Languages(choices, deeds)
                Phone(state)
                Column(Modifier.padding(Sizes.gutter, 16.dp)) {
                    SecondaryButton(words("settings.sign_out"), deeds::leave, Modifier.fillMaxWidth())
                    Line(words("settings.about"), Modifier.padding(top = 24.dp), Plumb.type.meta, Plumb.tokens.text2)
                }
            }
        }
        LeavingSheet(state, deeds)
    }
}

@Composable
private fun ColumnScope.Looks(choices: Choices, deeds: SettingsDeeds) {
    val words = Plumb.words
    Section(words("settings.look"))
    for (look in Look.entries) {
        ChoiceRow(
            words("settings.look.${look.name.lowercase()}"),
            look == choices.look,
            { deeds.look(look) },
            if (look == Look.Sunlight) words("settings.look.sunlight.hint") else null,
        )
    }
    Row(
        Modifier.fillMaxWidth().toggleable(choices.sunlightBySensor, role = Role.Switch, onValueChange = deeds::sunlightBySensor)
            .heightIn(min = Sizes.least).padding(horizontal = Sizes.gutter),
        Arrangement.spacedBy(12.dp),
        Alignment.CenterVertically,
    ) {
        Line(words("settings.sensor"), Modifier.weight(1f))
        Switch(choices.sunlightBySensor, onCheckedChange = null)
    }
}

@Composable
private fun ColumnScope.Languages(choices: Choices, deeds: SettingsDeeds) {
    val words = Plumb.words
    Section(words("settings.language"))
    ChoiceRow(words("settings.language.phone"), choices.language == null, { deeds.language(null) })
    for (language in Language.entries) {
        ChoiceRow(words("settings.language.${language.tag}"), choices.language == language, { deeds.language(language) })
    }
}

@Composable
private fun ColumnScope.Phone(state: SettingsState) {
    val words = Plumb.words
    val status = state.status ?: return
    Section(words("settings.phone"))
    ListRow(status.memberName, under = listOf(words("choice.${status.role}"), status.organisationName).joinToString(", "), strong = false)
    ListRow(words("settings.server"), under = status.server, strong = false)
    val contact = status.contact?.let { words.moment(it) } ?: words("settings.never")
    ListRow(words("settings.contact"), under = contact, strong = false)
    ListRow(words("settings.key"), under = status.device.take(KEY).chunked(4).joinToString(" "), strong = false)
    state.storage?.let {
        val used = words.bytes(it.store + it.originals + it.thumbnails + it.aside)
        ListRow(words("settings.storage"), under = words("settings.storage.used", "used" to used, "free" to words.bytes(it.free)), strong = false)
    }
}

@Composable
private fun ColumnScope.Section(title: String) {
    Rule(Modifier.padding(top = 8.dp))
    Heading(title, Modifier.padding(Sizes.gutter, 12.dp))
}

@Composable
private fun LeavingSheet(state: SettingsState, deeds: SettingsDeeds) {
    val words = Plumb.words
    when (val leaving = state.leaving) {
        Leaving.No -> {}
        Leaving.Asked -> Sheet(
            words("settings.sign_out"),
            deeds::stay,
            foot = {
                PrimaryButton(words("settings.sign_out.act"), { deeds.signOut(false) }, Modifier.fillMaxWidth())
                SecondaryButton(words("cancel"), deeds::stay, Modifier.fillMaxWidth())
            },
        ) { Line(words("settings.sign_out.what"), Modifier.padding(horizontal = Sizes.gutter)) }
        is Leaving.Unsent -> Sheet(
            words.count("settings.unsent", leaving.n),
            deeds::stay,
            foot = {
                PrimaryButton(words("settings.unsent.stay"), deeds::stay, Modifier.fillMaxWidth())
                SecondaryButton(words.count("settings.unsent.give_up", leaving.n), { deeds.signOut(true) }, Modifier.fillMaxWidth())
            },
        ) { Line(words("settings.unsent.way"), Modifier.padding(horizontal = Sizes.gutter)) }
    }
}

private const val KEY = 16
