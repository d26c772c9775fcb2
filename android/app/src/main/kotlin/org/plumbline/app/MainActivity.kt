package org.plumbline.app

import android.Manifest
import android.app.KeyguardManager
import android.content.Intent
import android.graphics.BitmapFactory
import android.os.Bundle
import android.os.SystemClock
import android.view.KeyEvent
import android.view.WindowManager
import androidx.activity.ComponentActivity
import androidx.activity.OnBackPressedCallback
import androidx.activity.compose.setContent
import androidx.activity.enableEdgeToEdge
import androidx.activity.result.contract.ActivityResultContracts
import androidx.compose.runtime.LaunchedEffect
import androidx.compose.runtime.collectAsState
import androidx.compose.runtime.getValue
import androidx.compose.runtime.remember
import androidx.compose.ui.graphics.asImageBitmap
import androidx.compose.ui.text.font.Font
import androidx.compose.ui.text.font.FontFamily
import androidx.compose.ui.text.font.FontWeight
import kotlinx.coroutines.flow.map
import org.plumbline.model.Page
import org.plumbline.model.Phase
import org.plumbline.model.Presence
import org.plumbline.platform.Door
import org.plumbline.platform.Question
import org.plumbline.platform.Sunshine
import org.plumbline.platform.service
import org.plumbline.ui.App
import org.plumbline.ui.Shell

/** The one activity: gives the screens a window, the system's answers, and the volume keys. */
class MainActivity : ComponentActivity() {
    private val app get() = application as PlumblineApp
    private val passcode = Answer()
    private val askPasscode = registerForActivityResult(ActivityResultContracts.StartActivityForResult()) {
        passcode.give(if (it.resultCode == RESULT_OK) Presence.Shown else Presence.Refused)
    }
    private val askLeave = registerForActivityResult(ActivityResultContracts.RequestMultiplePermissions()) { app.pocket.askAgain() }

    override fun onCreate(savedInstanceState: Bundle?) {
        super.onCreate(savedInstanceState)
        enableEdgeToEdge()
        // Hours, places and keys of people: not in the list of recent apps, nor in a picture of the screen.
        window.setFlags(WindowManager.LayoutParams.FLAG_SECURE, WindowManager.LayoutParams.FLAG_SECURE)
        onBackPressedDispatcher.addCallback(this, back)
        if (savedInstanceState == null) intent.invite()?.let(app.model::link)
        setContent {
            val bright by remember { Sunshine(this).shines() }.collectAsState(false)
            val inside by remember { app.model.phase.map { it is Phase.Inside } }.collectAsState(false)
            LaunchedEffect(inside) { if (inside) askLeave() }
            App(app.model, remember { shell() }, bright)
        }
    }

    override fun onNewIntent(intent: Intent) {
        super.onNewIntent(intent)
        intent.invite()?.let(app.model::link)
    }

    override fun onStart() {
        super.onStart()
        app.askBy(::ask)
        app.outlive { app.model.start() }
        app.model.foreground(SystemClock.elapsedRealtime())
    }

    override fun onStop() {
        super.onStop()
        app.askBy(null)
        app.model.background(SystemClock.elapsedRealtime())
        Rounds.soon(this)
    }

    /** Either volume key is the shutter while the camera is shown. */
    override fun onKeyDown(keyCode: Int, event: KeyEvent?): Boolean {
        val camera = ((app.model.phase.value as? Phase.Inside)?.page as? Page.Camera)?.model
        if (camera == null || keyCode !in SHUTTERS) return super.onKeyDown(keyCode, event)
        if (event?.repeatCount == 0) camera.shoot()
        return true
    }

    private val back = object : OnBackPressedCallback(true) {
        override fun handleOnBackPressed() {
            if (!app.model.back()) moveTaskToBack(true)
        }
    }

    private fun shell() = Shell(
        font = FontFamily(
            Font(org.plumbline.ui.R.font.inter_400, FontWeight.Normal),
            Font(org.plumbline.ui.R.font.inter_500, FontWeight.Medium),
            Font(org.plumbline.ui.R.font.inter_600, FontWeight.SemiBold),
            Font(org.plumbline.ui.R.font.inter_700, FontWeight.Bold),
        ),
        decode = { BitmapFactory.decodeByteArray(it, 0, it.size)?.asImageBitmap() },
        preview = { Preview(app.lens, app::outlive, it) },
    )

    private suspend fun ask(): Presence {
        val words = app.model.words
        val door = Door(this)
        if (!Door.needsPasscodeScreen || !door.locks) return door.ask(Question(words("unlock.title"), words("unlock.changed")))
        @Suppress("DEPRECATION")
        val screen = service<KeyguardManager>().createConfirmDeviceCredentialIntent(words("unlock.title"), null) ?: return Presence.NoLock
        return passcode.await { askPasscode.launch(screen) }
    }

    private fun askLeave() = askLeave.launch(
        arrayOf(Manifest.permission.ACCESS_FINE_LOCATION, Manifest.permission.ACCESS_COARSE_LOCATION, Manifest.permission.CAMERA),
    )

    private companion object {
        val SHUTTERS = setOf(KeyEvent.KEYCODE_VOLUME_UP, KeyEvent.KEYCODE_VOLUME_DOWN)
    }
}

/** The invite link that opened the app. */
private fun Intent.invite(): String? = data?.takeIf { action == Intent.ACTION_VIEW && it.scheme == "plumbline" }?.toString()
