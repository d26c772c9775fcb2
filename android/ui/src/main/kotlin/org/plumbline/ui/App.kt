package org.plumbline.ui

import androidx.compose.foundation.layout.Box
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.WindowInsets
import androidx.compose.foundation.layout.WindowInsetsSides
import androidx.compose.foundation.layout.consumeWindowInsets
import androidx.compose.foundation.layout.fillMaxSize
import androidx.compose.foundation.layout.only
import androidx.compose.foundation.layout.safeDrawing
import androidx.compose.runtime.Composable
import androidx.compose.runtime.CompositionLocalProvider
import androidx.compose.runtime.LaunchedEffect
import androidx.compose.runtime.collectAsState
import androidx.compose.runtime.getValue
import androidx.compose.runtime.mutableLongStateOf
import androidx.compose.runtime.remember
import androidx.compose.runtime.setValue
import androidx.compose.ui.Modifier
import androidx.compose.ui.graphics.ImageBitmap
import androidx.compose.ui.text.font.FontFamily
import kotlinx.coroutines.delay
import org.plumbline.model.AppModel
import org.plumbline.model.Look
import org.plumbline.model.Page
import org.plumbline.model.Phase
import org.plumbline.model.ScreenModel
import org.plumbline.model.Shown
import org.plumbline.model.Tab
import org.plumbline.model.Words
import org.plumbline.ui.parts.LocalPictures
import org.plumbline.ui.parts.Pictures
import org.plumbline.ui.parts.Tabs
import org.plumbline.ui.screens.CameraScreen
import org.plumbline.ui.screens.CameraWays
import org.plumbline.ui.screens.ConflictsScreen
import org.plumbline.ui.screens.CrewScreen
import org.plumbline.ui.screens.EnrolScreen
import org.plumbline.ui.screens.HoursScreen
import org.plumbline.ui.screens.NowScreen
import org.plumbline.ui.screens.NowWays
import org.plumbline.ui.screens.OpeningScreen
import org.plumbline.ui.screens.PhotographScreen
import org.plumbline.ui.screens.PhotographsScreen
import org.plumbline.ui.screens.RecordScreen
import org.plumbline.ui.screens.RecordsScreen
import org.plumbline.ui.screens.SettingsScreen
import org.plumbline.ui.screens.ShutScreen
import org.plumbline.ui.screens.UnlockScreen
import org.plumbline.ui.screens.WaitingScreen
import org.plumbline.ui.theme.PlumblineTheme

/** What the shell draws and decodes: a lens, a font, a JPEG, and whether the sun shines on the phone. */
class Shell(
    val font: FontFamily,
    val decode: (ByteArray) -> ImageBitmap?,
    val preview: @Composable (Modifier) -> Unit,
)

/** The whole app: a view of [AppModel], and nothing else. [bright] is true while the light sensor sees the sun. */
@Composable
fun App(app: AppModel, shell: Shell, bright: Boolean = false) {
    val phase by app.phase.collectAsState()
    val choices by app.choices.collectAsState()
    val look = if (bright && choices.sunlightBySensor) Look.Sunlight else choices.look
    val pictures = remember(app, shell) { Pictures { id -> app.thumbnails?.of(id)?.let(shell.decode) } }
    PlumblineTheme(look, Words.of(choices.spoken), shell.font) {
        CompositionLocalProvider(LocalPictures provides pictures) {
            when (val at = phase) {
                Phase.Opening -> OpeningScreen()
                is Phase.Shut -> ShutScreen(at.fault, app::again)
                is Phase.Outside -> EnrolScreen(seen(at.model), at.model)
                is Phase.AtTheDoor -> UnlockScreen(seen(at.model), at.model)
                is Phase.Inside -> Inside(app, at, shell)
            }
        }
    }
}

/** What a model shows, kept as the core has it for as long as it is looked at. */
@Composable
private fun <S> seen(model: ScreenModel<S>): Shown<S> {
    LaunchedEffect(model) { model.watch() }
    return model.shown.collectAsState().value
}

@Composable
private fun Inside(app: AppModel, inside: Phase.Inside, shell: Shell) {
    val tab = tabOf(inside.page)
    Column {
        val foot = WindowInsets.safeDrawing.only(WindowInsetsSides.Bottom)
        Box(Modifier.weight(1f).fillMaxSize().then(if (tab == null) Modifier else Modifier.consumeWindowInsets(foot))) {
            PageView(app, inside.page, shell)
        }
        if (tab != null) Tabs(tab, app::show)
    }
}

private fun tabOf(page: Page): Tab? = when (page) {
    is Page.Now -> Tab.Now
    is Page.Photographs -> Tab.Photographs
    is Page.Records -> Tab.Records
    is Page.Hours -> Tab.Hours
    else -> null
}

@Composable
private fun PageView(app: AppModel, page: Page, shell: Shell) {
    val back: () -> Unit = { app.back() }
    when (page) {
        is Page.Now -> NowScreen(seen(page.model), page.model, remember(app) { Ways(app) })
        is Page.Photographs -> PhotographsScreen(seen(page.model), page.model, app::photograph, app::camera)
        is Page.Records -> RecordsScreen(seen(page.model), page.model, app::record)
        is Page.Hours -> HoursScreen(seen(page.model), page.model)
        is Page.Crew -> CrewScreen(seen(page.model), page.model, back)
        is Page.Camera -> CameraScreen(seen(page.model), page.model, remember(app) { Ways(app) }, everySecond(), shell.preview)
        is Page.Photograph -> PhotographScreen(seen(page.model), page.model, back)
        is Page.Record -> RecordScreen(seen(page.model), page.model, back)
        is Page.Waiting -> WaitingScreen(seen(page.model), page.model, app::conflicts, { app.show(Tab.Photographs) }, back)
        is Page.Conflicts -> ConflictsScreen(seen(page.model), page.model, back)
        is Page.Settings -> SettingsScreen(seen(page.model), app.choices.collectAsState().value, page.model, back)
    }
}

private class Ways(private val app: AppModel) : NowWays, CameraWays {
    override fun waiting() = app.waiting()

    override fun crew() = app.crew()

    override fun camera() = app.camera()

    override fun settings() = app.settings()

    override fun back() {
        app.back()
    }

    override fun last(id: String) = app.photograph(id)
}

@Composable
private fun everySecond(): Long {
    var now by remember { mutableLongStateOf(System.currentTimeMillis()) }
    LaunchedEffect(Unit) {
        while (true) {
            delay(SECOND)
            now = System.currentTimeMillis()
        }
    }
    return now
}

private const val SECOND = 1_000L
