package org.plumbline.model

import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.Job
import kotlinx.coroutines.coroutineScope
import kotlinx.coroutines.delay
import kotlinx.coroutines.isActive
import kotlinx.coroutines.launch
import org.plumbline.core.EnrolRequest
import org.plumbline.mobile.Keystore
import org.plumbline.protocol.Fault

/** Where a link leads, as far as it says: shown before anything is sent. The core judges it. */
data class Invitation(val server: String, val organisation: String) {
    companion object {
        private const val PREFIX = "plumbline://enrol?"
        private const val DIGITS = 12
        private const val GROUP = 4

        /** What [link] says, or nothing where it says nothing. */
        fun of(link: String): Invitation? {
            val text = link.trim()
            if (!text.startsWith(PREFIX)) return null
            val pairs = text.removePrefix(PREFIX).substringBefore('#').split('&').associate {
                it.substringBefore('=') to it.substringAfter('=', "")
            }
            val organisation = pairs["organisation"].orEmpty().take(DIGITS).chunked(GROUP).joinToString(" ")
            return Invitation(pairs["at"]?.substringBeforeLast(':') ?: return null, organisation)
        }
    }
}

/** The way in. */
data class EnrolState(
    val link: String = "",
    val label: String = "",
    val invitation: Invitation? = null,
    val busy: Boolean = false,
    val saved: Boolean = false,
) {
    val canAdd: Boolean get() = !busy && link.isNotBlank() && label.isNotBlank()
}

/** What can be done on the way in. */
interface EnrolDeeds {
    fun link(text: String)

    fun label(text: String)

    /** Adds this phone. */
    fun add()
}

/** Adds this phone by an invite link. Without a signal the link is kept with the secrets, and it goes on by itself. */
class EnrolModel(core: Core, private val secrets: Keystore, private val enrolled: suspend () -> Unit) :
    ScreenModel<EnrolState>(core, EnrolState(label = core.device.label)), EnrolDeeds {

    override suspend fun read() {
        if (state.link.isNotEmpty()) return
        secrets.load(SAVED)?.decodeToString()?.let { kept ->
            link(kept)
            update { it.copy(saved = true) }
        }
    }

    override suspend fun watch() = coroutineScope {
        launch {
            while (isActive) {
                delay(AGAIN)
                retry()
            }
        }
        super.watch()
    }

    override fun link(text: String) = update { it.copy(link = text, invitation = Invitation.of(text)) }

    override fun label(text: String) = update { it.copy(label = text) }

    override fun add() {
        if (state.canAdd) adding()
    }

    /** Goes on with a link that was kept for want of a signal. */
    suspend fun retry() {
        refresh()
        if (state.saved && state.canAdd) adding().join()
    }

    private fun adding(): Job {
        update { it.copy(busy = true) }
        return act {
            try {
                core.client.enrol(EnrolRequest(link = state.link.trim(), deviceLabel = state.label.trim()))
                secrets.remove(SAVED)
                enrolled()
            } catch (_: Fault.Offline) {
                secrets.store(SAVED, state.link.trim().encodeToByteArray())
                update { it.copy(saved = true) }
            } catch (cancelled: CancellationException) {
                throw cancelled
            } catch (fault: Fault) {
                secrets.remove(SAVED)
                update { it.copy(saved = false) }
                throw fault
            } finally {
                update { it.copy(busy = false) }
            }
        }
    }

    private companion object {
        const val SAVED = "shell/invite"
        const val AGAIN = 15_000L
    }
}
