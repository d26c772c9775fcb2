package org.plumbline.app

import android.app.Application
import androidx.core.content.FileProvider
import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.SupervisorJob
import kotlinx.coroutines.launch
import org.plumbline.mobile.Client
import org.plumbline.mobile.Log
import org.plumbline.mobile.logTo
import org.plumbline.model.AppModel
import org.plumbline.model.Parts
import org.plumbline.model.Preferences
import org.plumbline.model.Presence
import org.plumbline.platform.Lens
import org.plumbline.platform.Pocket
import org.plumbline.platform.Sharing
import org.plumbline.platform.Vault
import org.plumbline.platform.bootName
import org.plumbline.platform.networks
import java.io.File

/** What lives as long as the process: the one model of the app, over the one store. */
class PlumblineApp : Application() {
    private val scope = CoroutineScope(SupervisorJob() + Dispatchers.Default)
    private var door: (suspend () -> Presence)? = null
    lateinit var lens: Lens
        private set
    lateinit var pocket: Pocket
        private set
    lateinit var model: AppModel
        private set

    override fun onCreate() {
        super.onCreate()
        logTo(
            object : Log {
                override fun line(line: String) {
                    android.util.Log.w("Plumbline", line)
                }
            },
        )
        lens = Lens(this)
        val sharing = Sharing(this) { FileProvider.getUriForFile(this, COPIES, it) }
        scope.launch { sharing.sweep() }
        pocket = Pocket(this, scope, sharing) { door?.invoke() ?: Presence.Refused }
        val secrets = Vault(this)
        // The system keeps what is here until the app goes, and puts it in no backup.
        val home = File(noBackupFilesDir, "store").path
        val preferences = Preferences(File(noBackupFilesDir, "choices"))
        model = AppModel(Parts({ Client.open(home, secrets, it, bootName(this)) }, secrets, pocket, lens, preferences), scope)
        scope.launch { networks(this@PlumblineApp).collect { model.network() } }
        Rounds.schedule(this)
    }

    /** Who asks for the person, while there is a screen to ask on. */
    fun askBy(ask: (suspend () -> Presence)?) {
        door = ask
    }

    /** Does something that outlives the screen that asked for it. */
    fun outlive(deed: suspend () -> Unit) {
        scope.launch { deed() }
    }

    private companion object {
        /** By which other apps ask for a copy: the provider's name in the manifest. */
        const val COPIES = "org.plumbline.app.copies"
    }
}

/** An answer that comes later, from a screen of the system. */
internal class Answer {
    private var waits: CompletableDeferred<Presence>? = null

    suspend fun await(ask: () -> Unit): Presence {
        val next = CompletableDeferred<Presence>().also { waits = it }
        ask()
        return next.await()
    }

    fun give(presence: Presence) {
        waits?.complete(presence)
    }
}
