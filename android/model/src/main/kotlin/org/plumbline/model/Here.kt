package org.plumbline.model

import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.delay
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.combine
import kotlinx.coroutines.flow.distinctUntilChanged
import kotlinx.coroutines.flow.flow
import org.plumbline.core.HereRequest
import org.plumbline.core.HereView
import org.plumbline.core.TimeKnown
import org.plumbline.protocol.Fault
import org.plumbline.protocol.Uuid

/** Where the phone says it is, and what the core would state of a punch or a photograph made now. */
data class Here(val place: Place = Place.Searching, val view: HereView? = null, val asked: Long = 0) {
    val time: TimeKnown get() = view?.known ?: TimeKnown.UNCHECKED

    /** The moment that would be stated while the phone's own clock says [now]. */
    fun clock(now: Long): Long = if (view == null) now else view.at.stated + (now - asked)
}

/** What would be stated here and now: asked anew whenever the place or the [project] changes, and every few seconds: times age. */
internal fun Core.here(project: Flow<Uuid?>): Flow<Here> = combine(device.place, project.distinctUntilChanged(), beats()) { place, of, _ ->
    val now = System.currentTimeMillis()
    Here(place, stated(HereRequest(of, place.recent(now))), now)
}

private suspend fun Core.stated(request: HereRequest): HereView? = try {
    client.here(request)
} catch (_: Fault) {
    null
} catch (gone: IllegalStateException) {
    // A client that is closed answers nothing more.
    if (gone is CancellationException || !closed) throw gone
    null
}

private fun beats() = flow {
    while (true) {
        emit(Unit)
        delay(OFTEN)
    }
}

private const val OFTEN = 5_000L
