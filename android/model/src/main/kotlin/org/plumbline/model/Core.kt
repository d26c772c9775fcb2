package org.plumbline.model

import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Job
import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.flow.StateFlow
import kotlinx.coroutines.flow.asStateFlow
import kotlinx.coroutines.flow.update
import kotlinx.coroutines.launch
import kotlinx.coroutines.sync.Mutex
import kotlinx.coroutines.sync.withLock
import org.plumbline.core.Event
import org.plumbline.mobile.Client
import org.plumbline.mobile.EventListener
import org.plumbline.protocol.Fault

/**
 * Counts what the core says has changed. Screens read again when the number moves: a flood of events is one reading, and
 * none is missed.
 */
class Changes : EventListener {
    private val counted = MutableStateFlow(0L)

    /** How many changes there were. */
    val count: StateFlow<Long> = counted.asStateFlow()

    override fun onEvent(event: Event) = counted.update { it + 1 }
}

/** An open store with what its screens share. */
class Core(
    val client: Client,
    val changes: StateFlow<Long>,
    val scope: CoroutineScope,
    val device: Device,
    val words: () -> Words,
) {
    val names = Names(client)
    val thumbnails = Thumbnails(this)

    /** The store is being let go of: what is still being read has nobody to be shown to. */
    @Volatile var closed = false
}

/** What a screen shows: its state, whether that was read yet, and what stood in the way of the last reading or deed. */
data class Shown<out S>(val state: S, val loading: Boolean = true, val fault: Fault? = null)

/** What every screen's model does: reads again when something changed, and keeps what stood in the way. */
abstract class ScreenModel<S>(protected val core: Core, first: S) {
    private val kept = MutableStateFlow(Shown(first))
    val shown: StateFlow<Shown<S>> = kept.asStateFlow()
    protected val state: S get() = kept.value.state

    // One after another: of two at once the older could end last, and would stand until the next change.
    private val reading = Mutex()

    /** Reads what the screen shows. */
    protected abstract suspend fun read()

    /** Keeps the screen as the core has it, for as long as somebody looks at it. */
    open suspend fun watch() {
        core.changes.collect { refresh() }
    }

    /** Reads once. */
    suspend fun refresh() = reading.withLock {
        attempt { read() }
        kept.update { it.copy(loading = false) }
    }

    /** Takes what stood in the way off the screen. */
    fun heard() = kept.update { it.copy(fault = null) }

    protected fun update(change: (S) -> S) = kept.update { it.copy(state = change(it.state)) }

    /** Does what a person asked for, whether they stay on this screen or not. */
    protected fun act(deed: suspend () -> Unit): Job = core.scope.launch {
        kept.update { it.copy(fault = null) }
        attempt(deed)
        refresh()
    }

    private suspend fun attempt(what: suspend () -> Unit) {
        try {
            what()
        } catch (cancelled: CancellationException) {
            throw cancelled
        } catch (fault: Fault) {
            kept.update { it.copy(fault = fault) }
        } catch (gone: IllegalStateException) {
            // A client that is closed answers nothing more.
            if (!core.closed) throw gone
        }
    }
}

/** What a call answers, or nothing where it fails: for what a screen can do without. */
internal suspend fun <T> quietly(call: suspend () -> T): T? = try {
    call()
} catch (_: Fault) {
    null
}
