package org.plumbline.ui

import androidx.compose.runtime.getValue
import androidx.compose.runtime.mutableStateOf
import androidx.compose.runtime.setValue
import androidx.compose.ui.semantics.Role
import androidx.compose.ui.semantics.SemanticsActions
import androidx.compose.ui.semantics.SemanticsProperties
import androidx.compose.ui.semantics.getOrNull
import androidx.compose.ui.test.SemanticsMatcher
import androidx.compose.ui.test.assertHeightIsAtLeast
import androidx.compose.ui.test.assertIsEnabled
import androidx.compose.ui.test.assertIsNotEnabled
import androidx.compose.ui.test.assertIsNotSelected
import androidx.compose.ui.test.assertIsOff
import androidx.compose.ui.test.assertIsOn
import androidx.compose.ui.test.assertIsSelected
import androidx.compose.ui.test.assertTextContains
import androidx.compose.ui.test.assertWidthIsAtLeast
import androidx.compose.ui.test.hasClickAction
import androidx.compose.ui.test.hasText
import androidx.compose.ui.test.junit4.createComposeRule
import androidx.compose.ui.test.onAllNodesWithText
import androidx.compose.ui.test.onFirst
import androidx.compose.ui.test.onNodeWithContentDescription
import androidx.compose.ui.test.onNodeWithText
import androidx.compose.ui.test.performClick
import androidx.compose.ui.test.performTextInput
import androidx.compose.ui.unit.dp
import org.junit.Rule
import org.junit.Test
import org.plumbline.core.VerdictView
import org.plumbline.model.Ask
import org.plumbline.model.CameraDeeds
import org.plumbline.model.Conflict
import org.plumbline.model.ConflictsDeeds
import org.plumbline.model.EnrolDeeds
import org.plumbline.model.EnrolState
import org.plumbline.model.Mate
import org.plumbline.model.NowDeeds
import org.plumbline.model.NowState
import org.plumbline.model.OnClock
import org.plumbline.model.Optics
import org.plumbline.model.Project
import org.plumbline.model.Punch
import org.plumbline.model.Setting
import org.plumbline.model.Undo
import org.plumbline.model.Version
import org.plumbline.model.WaitingDeeds
import org.plumbline.protocol.Fault
import org.plumbline.ui.Samples.shown
import org.plumbline.ui.screens.CameraScreen
import org.plumbline.ui.screens.ConflictsScreen
import org.plumbline.ui.screens.EnrolScreen
import org.plumbline.ui.screens.NowScreen
import org.plumbline.ui.screens.WaitingScreen
import kotlin.test.assertEquals
import kotlin.test.assertTrue

/** A clock that does at once what it is asked. */
private class Clock : NowDeeds {
    var state by mutableStateOf(Samples.off)
    val punched = ArrayList<Punch>()

    override fun ask(punch: Punch) = change { copy(ask = Ask(punch, project, null)) }

    override fun askFor(mate: Mate, punch: Punch) = change { copy(ask = Ask(punch, project, null, mate.member, mate.name)) }

    override fun choose(project: Project, classification: String?) =
        change { copy(ask = ask?.copy(project = project, classification = classification)) }

    override fun cancel() = change { copy(ask = null) }

    override fun confirm() {
        val punch = checkNotNull(state.ask).punch
        punched += punch
        change { copy(ask = null, clock = OnClock.Working, since = now, undo = Undo(punch, now, null, emptyList())) }
    }

    override fun punch(punch: Punch) {
        punched += punch
    }

    override fun undo() = change { copy(clock = OnClock.Off, undo = null) }

    private fun change(how: NowState.() -> NowState) {
        state = state.how()
    }
}

/** The screens, driven as a person drives them: by what is read and tapped. */
class ScreensTest {
    @get:Rule(order = 0)
    val main = MainRule()

    @get:Rule(order = 1)
    val rule = createComposeRule()

    @Test
    fun two_taps_clock_in_and_a_third_undoes_it() {
        val clock = Clock()
        rule.setContent { Phone { NowScreen(shown(clock.state), clock, nothing()) } }
        rule.onNodeWithText("Clock in").assertHeightIsAtLeast(80.dp).performClick()
        assertEquals(emptyList(), clock.punched)
        rule.onNodeWithText("Clock in?").assertExists()
        rule.onNodeWithText("Laborer: Pipelayer").performClick()
        rule.onAllNodesWithText("Clock in").filterLast().performClick()
        assertEquals(listOf(Punch.In), clock.punched)
        rule.onNodeWithText("Undo").performClick()
        rule.onNodeWithText("Off the clock").assertExists()
    }

    private fun androidx.compose.ui.test.SemanticsNodeInteractionCollection.filterLast() = this[fetchSemanticsNodes().lastIndex]

    @Test
    fun an_asked_punch_goes_away_without_one() {
        val clock = Clock()
        rule.setContent { Phone { NowScreen(shown(clock.state), clock, nothing()) } }
        rule.onNodeWithText("Clock in").performClick()
        rule.onNodeWithText("Cancel").performClick()
        rule.onNodeWithText("Clock in?").assertDoesNotExist()
        assertEquals(emptyList(), clock.punched)
    }

    @Test
    fun everything_that_is_tapped_on_now_is_large_enough_for_gloves() {
        rule.setContent { Phone { NowScreen(shown(Samples.working), nothing(), nothing()) } }
        val nodes = rule.onAllNodes(hasClickAction())
        val count = nodes.fetchSemanticsNodes().size
        assertTrue(count >= 6, "$count")
        repeat(count) { nodes[it].assertHeightIsAtLeast(56.dp).assertWidthIsAtLeast(56.dp) }
    }

    @Test
    fun the_figure_is_spoken_as_hours_of_today() {
        rule.setContent { Phone { NowScreen(shown(Samples.working), nothing(), nothing()) } }
        rule.onNodeWithContentDescription("6 h 27 min today").assertExists()
        rule.onNode(
            SemanticsMatcher("the day line speaks") {
                "Work 06:55 to 11:00" in it.config.getOrNull(SemanticsProperties.ContentDescription).orEmpty().joinToString()
            },
        ).assertExists()
    }

    @Test
    fun the_shutter_is_large_and_has_a_name_and_rests_while_it_works() {
        var shots = 0
        val deeds = object : CameraDeeds by nothing<CameraDeeds>() {
            override fun shoot() {
                shots += 1
            }
        }
        var state by mutableStateOf(Samples.camera)
        rule.setContent { Phone { CameraScreen(shown(state), deeds, nothing(), Samples.now) {} } }
        rule.onNodeWithContentDescription("Take photograph").assertHeightIsAtLeast(104.dp).assertIsEnabled().performClick()
        assertEquals(1, shots)
        state = state.copy(busy = true)
        rule.onNodeWithContentDescription("Sealing the photograph").assertIsNotEnabled()
    }

    @Test
    fun a_full_phone_says_so_before_the_shot_and_the_shutter_rests() {
        rule.setContent { Phone { CameraScreen(shown(Samples.full), nothing(), nothing(), Samples.now) {} } }
        rule.onNodeWithText("Full. Nothing more is taken.").assertExists()
        rule.onNodeWithContentDescription("Take photograph").assertIsNotEnabled()
    }

    @Test
    fun time_and_place_are_said_before_the_shot() {
        var state by mutableStateOf(Samples.camera)
        rule.setContent { Phone { CameraScreen(shown(state), nothing(), nothing(), Samples.now + 6_000) {} } }
        rule.onNodeWithText("Time exact").assertTextContains("13:52:06, ±2\u00a0s")
        rule.onNodeWithText("Inside site").assertTextContains("±16 ft, 9 s old")
        state = Samples.unsure
        rule.onNodeWithText("Time known").assertTextContains("13:52:06, ±2\u00a0h")
        rule.onNodeWithText("Can’t tell: fence 400 ft away").assertTextContains("±410 ft, 1 min old")
        rule.onNodeWithText("The phone said that this location is made up.").assertExists()
        state = Samples.camera.copy(here = Samples.here(VerdictView("cannot_tell", null, 488, false)))
        rule.onNodeWithText("Place known").assertExists()
        state = Samples.camera.copy(here = Samples.here(VerdictView("outside", 12_190, 488, false)))
        rule.onNodeWithText("Outside site").assertExists()
        state = Samples.full
        rule.onNodeWithText("Clock not checked yet").assertTextContains("13:52:06")
        rule.onNodeWithText("Place off").assertTextContains("Taken without a place.")
    }

    @Test
    fun the_lens_is_set_by_factors_and_a_flash_that_say_which_is_chosen() {
        var state by mutableStateOf(Samples.camera)
        val deeds = object : CameraDeeds by nothing<CameraDeeds>() {
            override fun zoom(factor: Float) {
                state = state.copy(setting = state.setting.copy(zoom = factor))
            }

            override fun flash(on: Boolean) {
                state = state.copy(setting = state.setting.copy(flash = on))
            }
        }
        rule.setContent { Phone { CameraScreen(shown(state), deeds, nothing(), Samples.now) {} } }
        val large = { name: String -> rule.onNodeWithContentDescription(name).assertHeightIsAtLeast(56.dp).assertWidthIsAtLeast(56.dp) }
        large("Zoom 1 times").assertIsSelected()
        large("Zoom 0.6 times").assertIsNotSelected()
        large("Zoom 2 times").assertIsNotSelected().performClick()
        large("Zoom 2 times").assertIsSelected()
        large("Zoom 1 times").assertIsNotSelected()
        large("Flash is off").assertIsOff().performClick()
        large("Flash is on").assertIsOn()
        assertEquals(Setting(2f, true), state.setting)
        state = state.copy(optics = Optics())
        rule.onNodeWithContentDescription("Zoom 2 times").assertDoesNotExist()
        rule.onNodeWithContentDescription("Flash is on").assertDoesNotExist()
    }

    @Test
    fun now_says_of_the_next_punch_what_the_core_would_state() {
        var state by mutableStateOf(Samples.off)
        rule.setContent { Phone { NowScreen(shown(state), nothing(), nothing()) } }
        rule.onNodeWithText("Inside site").assertExists()
        rule.onNodeWithText("±16 ft, 3 s old").assertExists()
        // On the clock the last punch is what counts.
        state = Samples.working.copy(here = Samples.here(VerdictView("outside", 12_190, 488, false)))
        rule.onNodeWithText("Inside site, ±16 ft").assertExists()
        rule.onNodeWithText("Outside site").assertDoesNotExist()
    }

    @Test
    fun what_waits_is_handed_over_and_shared_again() {
        val done = ArrayList<String>()
        val deeds = object : WaitingDeeds by nothing<WaitingDeeds>() {
            override fun handOver() {
                done += "hand over"
            }

            override fun share() {
                done += "share"
            }
        }
        var state by mutableStateOf(Samples.waiting)
        rule.setContent { Phone { WaitingScreen(shown(state), deeds, {}, {}, {}) } }
        rule.onNodeWithText("Hand over").assertHeightIsAtLeast(64.dp).performClick()
        state = state.copy(copying = true)
        rule.onNodeWithText("Writing …").assertIsNotEnabled()
        state = Samples.handed
        rule.onNodeWithText("412 records and 63 photographs", substring = true).assertExists()
        rule.onNodeWithText("Share the copy").performClick()
        assertEquals(listOf("hand over", "share"), done)
        state = state.copy(copy = state.copy?.copy(offered = false))
        rule.onNodeWithText("Share the copy").assertDoesNotExist()
    }

    @Test
    fun waiting_names_what_is_safe_and_what_was_not_accepted() {
        var dismissed: String? = null
        val deeds = object : WaitingDeeds by nothing<WaitingDeeds>() {
            override fun dismiss(action: String) {
                dismissed = action
            }
        }
        val opened = ArrayList<String>()
        rule.setContent { Phone { WaitingScreen(shown(Samples.waiting), deeds, { opened += "conflicts" }, { opened += "photographs" }, {}) } }
        rule.onNode(hasText("All safe and encrypted here", substring = true)).assertExists()
        rule.onNodeWithText("Note not accepted").assertExists()
        rule.onNodeWithText("Take off the list").performClick()
        assertEquals("a1", dismissed)
        rule.onNodeWithText("Choose").performClick()
        rule.onNodeWithText("23 photographs sent today, all verified").assertHeightIsAtLeast(56.dp).performClick()
        assertEquals(listOf("conflicts", "photographs"), opened)
    }

    @Test
    fun a_conflict_shows_both_values_and_keeps_the_one_that_is_tapped() {
        var kept: Version? = null
        val deeds = object : ConflictsDeeds by nothing<ConflictsDeeds>() {
            override fun keep(conflict: Conflict, version: Version) {
                kept = version
            }
        }
        rule.setContent { Phone { ConflictsScreen(shown(Samples.conflicts), deeds) {} } }
        rule.onNodeWithText("Water in the trench, pump since 08:10").assertExists()
        rule.onNodeWithText("Water in the trench, pump since 08:30").assertExists()
        rule.onAllNodesWithText("Keep this")[1].performClick()
        assertEquals(Samples.conflicts.conflicts.single().versions[1], kept)
    }

    @Test
    fun a_link_is_typed_and_a_wrong_one_is_refused_in_words() {
        var typed = ""
        val deeds = object : EnrolDeeds by nothing<EnrolDeeds>() {
            override fun link(text: String) {
                typed = text
            }
        }
        var state by mutableStateOf(shown(EnrolState()))
        rule.setContent { Phone { EnrolScreen(state, deeds) } }
        rule.onAllNodes(SemanticsMatcher.keyIsDefined(SemanticsActions.SetText)).onFirst().performTextInput("plumbline:x")
        assertEquals("plumbline:x", typed)
        state = shown(EnrolState("plumbline:x", "Phone"), Fault.Invalid("link", "kind"))
        rule.onNodeWithText("This is not an invite link.").assertExists()
    }

    @Test
    fun every_button_has_a_role_and_a_name() {
        rule.setContent { Phone { NowScreen(shown(Samples.working), nothing(), nothing()) } }
        for (node in rule.onAllNodes(hasClickAction()).fetchSemanticsNodes()) {
            val text = node.config.getOrNull(SemanticsProperties.Text).orEmpty().joinToString { it.text } +
                node.config.getOrNull(SemanticsProperties.ContentDescription).orEmpty().joinToString()
            assertTrue(text.isNotBlank() && node.config.getOrNull(SemanticsProperties.Role) == Role.Button, "$text: ${node.config}")
        }
    }
}
