package org.plumbline.desktop

import androidx.compose.foundation.Image
import androidx.compose.foundation.background
import androidx.compose.foundation.border
import androidx.compose.foundation.layout.Box
import androidx.compose.foundation.layout.Row
import androidx.compose.foundation.layout.fillMaxHeight
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.layout.size
import androidx.compose.foundation.shape.RoundedCornerShape
import androidx.compose.runtime.Composable
import androidx.compose.runtime.getValue
import androidx.compose.runtime.mutableStateOf
import androidx.compose.runtime.remember
import androidx.compose.runtime.setValue
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.draw.clip
import androidx.compose.ui.graphics.Color
import androidx.compose.ui.graphics.toComposeImageBitmap
import androidx.compose.ui.layout.ContentScale
import androidx.compose.ui.unit.DpSize
import androidx.compose.ui.unit.dp
import androidx.compose.ui.window.Window
import androidx.compose.ui.window.application
import androidx.compose.ui.window.rememberWindowState
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.SupervisorJob
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking
import org.plumbline.mobile.Client
import org.plumbline.model.AppModel
import org.plumbline.model.Parts
import org.plumbline.model.Phase
import org.plumbline.model.Preferences
import org.plumbline.ui.App
import org.plumbline.ui.Shell
import org.plumbline.ui.desktop.Inter
import org.plumbline.ui.desktop.decode
import java.io.File

private val phone = DpSize(412.dp, 892.dp)

/**
 * The phone in a window. `cargo xtask run phone` names in the environment: PLUMBLINE_HOME, where the phone keeps what it has;
 * PLUMBLINE_BIN, the folder of `plumbline-drive`; PLUMBLINE_OFFICE, the home of an administrator's device that invites the
 * phone, and PLUMBLINE_PASSPHRASE, which opens that. PLUMBLINE_PICTURES may name a folder of JPEGs for the camera.
 */
fun main() {
    val environment = System.getenv()
    val home = File(checkNotNull(environment["PLUMBLINE_HOME"]) { "start this as `cargo xtask run phone`" }).apply { mkdirs() }
    val bench = Bench(home, environment["PLUMBLINE_PICTURES"]?.let(::File))
    val scope = CoroutineScope(SupervisorJob() + Dispatchers.Default)
    val secrets = DemoVault(File(home, "secrets"))
    val app =
        AppModel(Parts({ Client.open(File(home, "store").path, secrets, it) }, secrets, bench, bench, Preferences(File(home, "choices"))), scope)
    runBlocking { app.start() }
    var site = SEATTLE
    environment["PLUMBLINE_OFFICE"]?.let { office ->
        val program = File(environment["PLUMBLINE_BIN"], "plumbline-drive")
        Drive(program, File(office), environment["PLUMBLINE_PASSPHRASE"].orEmpty()).use { drive ->
            site = drive.site() ?: site
            if (app.phase.value is Phase.Outside) {
                val (link, name) = drive.invite()
                System.err.println("The phone opens at an invite for $name.")
                app.link(link)
            }
        }
    }
    application {
        val state = rememberWindowState(size = DpSize(phone.width + 420.dp, phone.height + 90.dp))
        Window({
            runBlocking { app.close() }
            exitApplication()
        }, state, title = "Plumbline on a phone") { Desk(app, bench, site, scope) }
    }
}

/** The phone, and the panel beside it. */
@Composable
private fun Desk(app: AppModel, bench: Bench, site: Pair<Double, Double>, scope: CoroutineScope) {
    var bright by remember { mutableStateOf(false) }
    val shell = remember { Shell(Inter, ::decode) { Lens(bench, it) } }
    Row(Modifier.background(Color(0xFFE4E3DE)).fillMaxHeight(), verticalAlignment = Alignment.CenterVertically) {
        val case = RoundedCornerShape(28.dp)
        Box(Modifier.padding(20.dp).border(8.dp, Color(0xFF1C1C1E), case).padding(8.dp).size(phone).clip(case)) {
            App(app, shell, bright)
        }
        Panel(bench, site, bright) { bright = it }
    }
    remember { scope.launch { app.foreground(System.nanoTime() / 1_000_000) } }
}

/** What the lens sees: the picture that the next shot will be. */
@Composable
private fun Lens(bench: Bench, modifier: Modifier) {
    val picture = remember(bench.next) { bench.next?.let { decode(it.readBytes()) } ?: painted(0).toComposeImageBitmap() }
    Image(picture, null, modifier, contentScale = ContentScale.Crop)
}

/** Where the phone lies when no project says where its site is. */
private val SEATTLE = 47.6062 to -122.3321
