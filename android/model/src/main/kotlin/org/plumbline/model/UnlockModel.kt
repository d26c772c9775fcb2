package org.plumbline.model

/** The door, for who has been in before. */
data class UnlockState(val name: String = "", val organisation: String = "", val line: Line = Line(), val answer: Presence? = null)

/** What can be done at the door. */
interface UnlockDeeds {
    /** Asks for a face, a finger or the passcode. */
    fun unlock()
}

/** Shows that the phone's person is there. The store is open already: what waits goes on being sent behind the door. */
class UnlockModel(core: Core, private val open: () -> Unit) : ScreenModel<UnlockState>(core, UnlockState()), UnlockDeeds {
    override suspend fun read() {
        val status = core.client.status()
        update {
            it.copy(
                name = status.memberName,
                organisation = status.organisationName,
                line = Line(status.connection, status.contact, status.waiting.toLong()),
            )
        }
    }

    override fun unlock() {
        act {
            val answer = core.device.presence()
            update { it.copy(answer = answer) }
            if (answer == Presence.Shown || answer == Presence.NoLock) open()
        }
    }
}
