package org.plumbline.model

import org.plumbline.core.AlarmView
import org.plumbline.core.SignOutRequest
import org.plumbline.core.StatusView
import org.plumbline.core.StorageView

/** What stands on Settings. */
data class SettingsState(
    val status: StatusView? = null,
    val storage: StorageView? = null,
    val alarms: List<AlarmView> = emptyList(),
    val leaving: Leaving = Leaving.No,
)

/** How far signing out got. */
sealed interface Leaving {
    data object No : Leaving

    /** Asked whether it is meant. */
    data object Asked : Leaving

    /** Stopped: so much is only on this phone. */
    data class Unsent(val n: Long) : Leaving
}

/** What can be done on Settings. */
interface SettingsDeeds {
    fun look(look: Look)

    fun sunlightBySensor(on: Boolean)

    fun language(language: Language?)

    /** Asks before signing out. */
    fun leave()

    fun stay()

    /** Signs out; unsent work stops it until it is given up. */
    fun signOut(giveUp: Boolean)
}

/** This phone: look, language, storage, and the way out. */
class SettingsModel(core: Core, private val preferences: Preferences, private val left: suspend () -> Unit) :
    ScreenModel<SettingsState>(core, SettingsState()), SettingsDeeds {

    override suspend fun read() {
        val status = core.client.status()
        val storage = core.client.storage()
        val alarms = core.client.alarms()
        update { it.copy(status = status, storage = storage, alarms = alarms) }
    }

    override fun look(look: Look) = preferences.choose { it.copy(look = look) }

    override fun sunlightBySensor(on: Boolean) = preferences.choose { it.copy(sunlightBySensor = on) }

    override fun language(language: Language?) = preferences.choose { it.copy(language = language) }

    override fun leave() = update { it.copy(leaving = Leaving.Asked) }

    override fun stay() = update { it.copy(leaving = Leaving.No) }

    override fun signOut(giveUp: Boolean) {
        act {
            val view = core.client.signOut(SignOutRequest(discardUnsent = giveUp))
            if (view.done) left() else update { it.copy(leaving = Leaving.Unsent(view.unsent.toLong())) }
        }
    }
}
