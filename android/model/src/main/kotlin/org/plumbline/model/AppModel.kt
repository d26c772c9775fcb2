package org.plumbline.model

import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.flow.StateFlow
import kotlinx.coroutines.flow.asStateFlow
import kotlinx.coroutines.flow.update
import kotlinx.coroutines.launch
import kotlinx.coroutines.sync.Mutex
import kotlinx.coroutines.sync.withLock
import org.plumbline.core.Reason
import org.plumbline.mobile.Client
import org.plumbline.mobile.EventListener
import org.plumbline.mobile.Keystore
import org.plumbline.protocol.Fault
import org.plumbline.protocol.RecordId

/** The four places at the foot of the screen. */
enum class Tab { Now, Photographs, Records, Hours }

/** What the whole screen is. */
sealed interface Phase {
    /** The store is being opened. */
    data object Opening : Phase

    /** The store does not open, and why. Nothing in it was touched. */
    data class Shut(val fault: Fault) : Phase

    /** Nobody is enrolled here. */
    data class Outside(val model: EnrolModel) : Phase

    /** Enrolled, and nobody has shown yet that they are the phone's person. */
    data class AtTheDoor(val model: UnlockModel) : Phase

    /** At work: the pages that are open, the last one on top. */
    data class Inside(val pages: List<Page>) : Phase {
        val page: Page get() = pages.last()
    }
}

/** A page with its model. */
sealed interface Page {
    val model: ScreenModel<*>

    data class Now(override val model: NowModel) : Page

    data class Photographs(override val model: PhotographsModel) : Page

    data class Records(override val model: RecordsModel) : Page

    data class Hours(override val model: HoursModel) : Page

    data class Crew(override val model: NowModel) : Page

    data class Camera(override val model: CameraModel) : Page

    data class Photograph(override val model: PhotographModel) : Page

    data class Record(override val model: RecordModel) : Page

    data class Waiting(override val model: WaitingModel) : Page

    data class Conflicts(override val model: ConflictsModel) : Page

    data class Settings(override val model: SettingsModel) : Page
}

/** What the app is started with. */
class Parts(
    val open: suspend (EventListener) -> Client,
    val secrets: Keystore,
    val device: Device,
    val shutter: Shutter,
    val preferences: Preferences,
)

/** The app: opens the store, keeps the door, and knows which page is shown. One of it lives as long as the process. */
class AppModel(private val parts: Parts, private val scope: CoroutineScope) {
    private val phases = MutableStateFlow<Phase>(Phase.Opening)
    val phase: StateFlow<Phase> = phases.asStateFlow()
    val choices: StateFlow<Choices> = parts.preferences.choices
    private val opening = Mutex()
    private var core: Core? = null
    private var home: Map<Tab, Page> = emptyMap()
    private var invite: String? = null
    private var leftAt: Long? = null

    /** The words of the language that is spoken now. */
    val words: Words get() = Words.of(choices.value.spoken)

    /** Small pictures, once the store is open. */
    val thumbnails: Thumbnails? get() = core?.thumbnails

    /** Opens the store and shows what comes first. A store that is open stays so. */
    suspend fun start() = opening.withLock {
        if (core != null) return@withLock
        phases.value = Phase.Opening
        try {
            val changes = Changes()
            val client = parts.open(changes)
            val core = Core(client, changes.count, scope, parts.device) { words }
            this.core = core
            if (client.status().state == ENROLLED) lock(core) else outside(core)
        } catch (fault: Fault) {
            phases.value = Phase.Shut(fault)
        }
    }

    /** Tries again to open the store. */
    fun again() {
        scope.launch { start() }
    }

    /** A link that was opened: kept until somebody can look at it. */
    fun link(text: String) {
        invite = text
        (phases.value as? Phase.Outside)?.model?.link(text)
    }

    /** The app came before the person's eyes. After a while away the door is shut again. */
    fun foreground(now: Long) {
        val core = core ?: return
        val away = leftAt?.let { now - it } ?: 0
        leftAt = null
        if (away > AWAY && phases.value is Phase.Inside) lock(core)
        scope.launch {
            quietly { core.client.resume() }
            quietly { core.client.wake(Reason.FOREGROUND) }
        }
    }

    /** The app left the person's eyes. */
    fun background(now: Long) {
        leftAt = now
    }

    /** The network came back. */
    fun network() {
        scope.launch {
            quietly { core?.client?.wake(Reason.NETWORK) }
            (phases.value as? Phase.Outside)?.model?.retry()
        }
    }

    /** One whole round, for background work: true where nothing waits any more. */
    suspend fun round(): Boolean {
        start()
        val client = core?.client ?: return false
        (phases.value as? Phase.Outside)?.let {
            it.model.retry()
            return !it.model.shown.value.state.saved
        }
        val sent = quietly { client.sync() }
        return sent != null && sent.waiting == 0uL && client.uploads().isEmpty()
    }

    /** Shows a tab. */
    fun show(tab: Tab) {
        home[tab]?.let { page -> phases.value = Phase.Inside(listOf(page)) }
    }

    /** One page back. False where there is none. */
    fun back(): Boolean {
        val inside = phases.value as? Phase.Inside ?: return false
        if (inside.pages.size == 1) return false
        phases.value = Phase.Inside(inside.pages.dropLast(1))
        return true
    }

    fun camera() = push { Page.Camera(CameraModel(it, parts.shutter, now()?.shown?.value?.state?.project)) }

    fun crew() = push { now()?.let(Page::Crew) }

    fun photograph(id: RecordId) = push { Page.Photograph(PhotographModel(it, id)) }

    /** A record to read, or without an [id] a new one to fill in. */
    fun record(kind: String, id: RecordId?) = push { Page.Record(RecordModel(it, kind, id)) }

    fun waiting() = push { Page.Waiting(WaitingModel(it)) }

    fun conflicts() = push { Page.Conflicts(ConflictsModel(it)) }

    fun settings() = push { core -> Page.Settings(SettingsModel(core, parts.preferences) { left() }) }

    private fun now(): NowModel? = (home[Tab.Now] as? Page.Now)?.model

    private fun push(page: (Core) -> Page?) {
        val core = core ?: return
        val next = page(core) ?: return
        phases.update { if (it is Phase.Inside) it.copy(pages = it.pages + next) else it }
    }

    private fun outside(core: Core) {
        val model = EnrolModel(core, parts.secrets) { enter(core) }
        invite?.let(model::link)
        phases.value = Phase.Outside(model)
    }

    private fun lock(core: Core) {
        phases.value = Phase.AtTheDoor(UnlockModel(core) { scope.launch { enter(core) } })
        scope.launch { quietly { core.client.start() } }
    }

    private suspend fun enter(core: Core) {
        if (home.isEmpty()) {
            home = mapOf(
                Tab.Now to Page.Now(NowModel(core)),
                Tab.Photographs to Page.Photographs(PhotographsModel(core)),
                Tab.Records to Page.Records(RecordsModel(core)),
                Tab.Hours to Page.Hours(HoursModel(core)),
            )
        }
        quietly { core.client.start() }
        core.thumbnails.makeDue()
        show(Tab.Now)
    }

    /** Lets go of the store, in good order. */
    suspend fun close() = opening.withLock {
        core?.let {
            it.closed = true
            quietly { it.client.pause() }
            it.client.close()
        }
        core = null
        home = emptyMap()
        phases.value = Phase.Opening
    }

    /** After signing out nothing is left here: the app begins again. */
    private suspend fun left() {
        close()
        start()
    }

    private companion object {
        const val ENROLLED = "enrolled"

        /** How long the app may be out of sight before the door is shut again, in milliseconds. */
        const val AWAY = 60_000L
    }
}
