package org.plumbline.model

import kotlinx.coroutines.flow.StateFlow
import org.plumbline.core.PlaceView
import java.io.File

/** What a shell gives to the models: the phone's place, its camera, its person, its files. */
interface Device {
    /** Where the phone is, as far as it says. */
    val place: StateFlow<Place>

    /** Where exports go: a folder that the person can reach. */
    val exports: File

    /** What the phone is called until the person names it. */
    val label: String

    /** Asks whoever holds the phone to show a face, a finger or the passcode. */
    suspend fun presence(): Presence

    /** Offers a copy in [folder] to the phone's other apps, for one of them to take. False where it has no way to. */
    suspend fun share(folder: File): Boolean
}

/** What the phone says about its place. */
sealed interface Place {
    /** The person has not allowed it. */
    data object Denied : Place

    /** It is switched off for the whole phone. */
    data object Off : Place

    /** Asked, and nothing yet. */
    data object Searching : Place

    /** A position, and when it was measured. */
    data class Known(val view: PlaceView, val at: Long) : Place
}

/** A position that is recent enough to stand beside what is done now. */
fun Place.recent(now: Long): PlaceView? = (this as? Place.Known)?.takeIf { now - it.at <= RECENT }?.view

private const val RECENT = 120_000L

/** Whether the phone's person is there. */
enum class Presence {
    /** They showed it. */
    Shown,

    /** They turned away. */
    Refused,

    /** Faces or fingers changed since the app was last unlocked: only the passcode counts now. */
    Changed,

    /** The phone has no lock of its own, so nothing can be asked. */
    NoLock,
}
