package org.plumbline.ui

import androidx.compose.foundation.Image
import androidx.compose.foundation.layout.Box
import androidx.compose.runtime.Composable
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.layout.ContentScale
import org.junit.Rule
import org.junit.Test
import org.plumbline.model.Choices
import org.plumbline.model.ConflictsState
import org.plumbline.model.EnrolState
import org.plumbline.model.HoursState
import org.plumbline.model.Language
import org.plumbline.model.Look
import org.plumbline.model.NowState
import org.plumbline.model.PhotographsState
import org.plumbline.model.RecordsState
import org.plumbline.model.Tab
import org.plumbline.model.WaitingState
import org.plumbline.protocol.Fault
import org.plumbline.protocol.Lock
import org.plumbline.ui.Samples.shown
import org.plumbline.ui.parts.PlumbLine
import org.plumbline.ui.screens.CameraScreen
import org.plumbline.ui.screens.ConflictsScreen
import org.plumbline.ui.screens.CrewScreen
import org.plumbline.ui.screens.EnrolScreen
import org.plumbline.ui.screens.HoursScreen
import org.plumbline.ui.screens.NowScreen
import org.plumbline.ui.screens.PhotographScreen
import org.plumbline.ui.screens.PhotographsScreen
import org.plumbline.ui.screens.RecordScreen
import org.plumbline.ui.screens.RecordsScreen
import org.plumbline.ui.screens.SettingsScreen
import org.plumbline.ui.screens.ShutScreen
import org.plumbline.ui.screens.UnlockScreen
import org.plumbline.ui.screens.WaitingScreen

/** A screen by its name, with the tab at its foot. */
private class Sight(val name: String, val tab: Tab? = null, val content: @Composable () -> Unit)

private val SIGHTS = listOf(
    Sight("now", Tab.Now) { NowScreen(shown(Samples.working), nothing(), nothing()) },
    Sight("now-off", Tab.Now) { NowScreen(shown(Samples.off), nothing(), nothing()) },
    Sight("now-ask", Tab.Now) { NowScreen(shown(Samples.asking), nothing(), nothing()) },
    Sight("now-undo", Tab.Now) { NowScreen(shown(Samples.undoing), nothing(), nothing()) },
    Sight("now-break", Tab.Now) { NowScreen(shown(Samples.onBreak), nothing(), nothing()) },
    Sight("crew") { CrewScreen(shown(Samples.working), nothing()) {} },
    Sight("camera") { CameraScreen(shown(Samples.camera), nothing(), nothing(), Samples.now, lens) },
    Sight("camera-unsure") { CameraScreen(shown(Samples.unsure), nothing(), nothing(), Samples.now, lens) },
    Sight("camera-full") { CameraScreen(shown(Samples.full), nothing(), nothing(), Samples.now, lens) },
    Sight("photographs", Tab.Photographs) { PhotographsScreen(shown(Samples.photographs), nothing(), {}, {}) },
    Sight("photograph") { PhotographScreen(shown(Samples.photograph), nothing()) {} },
    Sight("photograph-checked") { PhotographScreen(shown(Samples.checked), nothing()) {} },
    Sight("records", Tab.Records) { RecordsScreen(shown(Samples.records), nothing()) { _, _ -> } },
    Sight("record") { RecordScreen(shown(Samples.form), nothing()) {} },
    Sight("waiting") { WaitingScreen(shown(Samples.waiting), nothing(), {}, {}, {}) },
    Sight("waiting-handed") { WaitingScreen(shown(Samples.handed), nothing(), {}, {}, {}) },
    Sight("conflicts") { ConflictsScreen(shown(Samples.conflicts), nothing()) {} },
    Sight("hours", Tab.Hours) { HoursScreen(shown(Samples.hours), nothing()) },
    Sight("hours-signed", Tab.Hours) { HoursScreen(shown(Samples.signed), nothing()) },
    Sight("settings") { SettingsScreen(shown(Samples.settings), Choices(), nothing()) {} },
    Sight("unlock") { UnlockScreen(shown(Samples.unlock), nothing()) },
    Sight("enrol") { EnrolScreen(shown(Samples.invited), nothing()) },
)

private val EMPTY = listOf(
    Sight("now-empty", Tab.Now) { NowScreen(shown(NowState()), nothing(), nothing()) },
    Sight("photographs-empty", Tab.Photographs) { PhotographsScreen(shown(PhotographsState()), nothing(), {}, {}) },
    Sight("records-empty", Tab.Records) { RecordsScreen(shown(RecordsState()), nothing()) { _, _ -> } },
    Sight("waiting-empty") { WaitingScreen(shown(WaitingState(line = Samples.online)), nothing(), {}, {}, {}) },
    Sight("conflicts-empty") { ConflictsScreen(shown(ConflictsState()), nothing()) {} },
    Sight("hours-empty", Tab.Hours) { HoursScreen(shown(HoursState(monday = Samples.hours.monday)), nothing()) },
    Sight("enrol-saved") { EnrolScreen(shown(Samples.invited.copy(saved = true)), nothing()) },
    Sight("enrol-refused") { EnrolScreen(shown(EnrolState("https://example.org", "Phone"), Fault.Invalid("link", "kind")), nothing()) },
    Sight("waiting-offline") {
        WaitingScreen(shown(Samples.waiting.copy(refusals = emptyList(), conflicts = 0), Fault.Offline()), nothing(), {}, {}, {})
    },
    Sight("shut") { ShutScreen(Fault.Locked(Lock.INVALIDATED)) {} },
)

private val lens: @Composable (Modifier) -> Unit = { modifier ->
    Box(modifier, Alignment.Center) {
        Image(pictureOf("lens"), null, Modifier.matchParentSize(), contentScale = ContentScale.Crop)
        PlumbLine(-2.4f)
    }
}

/** Every screen as a picture, in each look and language, and with large text: to be looked at, and proof that it is drawn. */
class PicturesTest {
    @get:Rule
    val main = MainRule()

    private fun all(folder: String, sights: List<Sight>, look: Look, language: Language = Language.English, text: Float = 1f) {
        for (sight in sights) draw("$folder/${sight.name}", text) { Phone(look, language, sight.tab, sight.content) }
    }

    @Test
    fun every_screen_is_drawn_in_the_light_look() = all("light", SIGHTS + EMPTY, Look.Light)

    @Test
    fun every_screen_is_drawn_in_the_dark_look() = all("dark", SIGHTS, Look.Dark)

    @Test
    fun every_screen_is_drawn_for_the_sun() = all("sunlight", SIGHTS, Look.Sunlight)

    @Test
    fun every_screen_is_drawn_in_spanish() = all("spanish", SIGHTS + EMPTY, Look.Light, Language.Spanish)

    @Test
    fun every_screen_is_drawn_with_large_text() = all("large", SIGHTS, Look.Light, text = 1.6f)
}
