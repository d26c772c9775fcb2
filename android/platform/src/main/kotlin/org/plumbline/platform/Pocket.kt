package org.plumbline.platform

import android.content.Context
import android.os.Build
import android.provider.Settings
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.ExperimentalCoroutinesApi
import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.flow.SharingStarted
import kotlinx.coroutines.flow.StateFlow
import kotlinx.coroutines.flow.flatMapLatest
import kotlinx.coroutines.flow.stateIn
import org.plumbline.model.Device
import org.plumbline.model.Place
import org.plumbline.model.Presence
import java.io.File

/** The phone, as the models know it. Its place is asked for only while a screen shows it. */
@OptIn(ExperimentalCoroutinesApi::class)
class Pocket(
    private val context: Context,
    scope: CoroutineScope,
    private val sharing: Sharing,
    private val door: suspend () -> Presence,
) : Device {
    private val asked = MutableStateFlow(0)

    override val place: StateFlow<Place> = asked.flatMapLatest { Positions(context).places() }
        .stateIn(scope, SharingStarted.WhileSubscribed(LINGER), Place.Searching)

    override val exports: File get() = File(context.getExternalFilesDir(null) ?: context.filesDir, "copies")

    override val label: String
        get() = Settings.Global.getString(context.contentResolver, Settings.Global.DEVICE_NAME) ?: "${Build.MANUFACTURER} ${Build.MODEL}"

    override suspend fun presence(): Presence = door()

    override suspend fun share(folder: File): Boolean {
        sharing.share(folder)
        return true
    }

    /** The person answered the question for the place: ask anew. */
    fun askAgain() {
        asked.value += 1
    }

    private companion object {
        const val LINGER = 5_000L
    }
}
