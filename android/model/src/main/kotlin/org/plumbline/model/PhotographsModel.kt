package org.plumbline.model

import kotlinx.coroutines.launch
import org.plumbline.core.PhotoView
import org.plumbline.core.PhotosRequest
import org.plumbline.core.RecordRequest
import org.plumbline.protocol.Uuid
import java.time.Instant
import java.time.LocalDate
import java.time.ZoneId

/** A day with its photographs, newest first. */
data class PhotoGroup(val date: LocalDate, val photos: List<PhotoView>)

/** The photographs that are listed. */
data class PhotographsState(
    val groups: List<PhotoGroup> = emptyList(),
    val mine: Boolean = true,
    val more: Boolean = false,
    val names: Map<Uuid, String> = emptyMap(),
    val me: Uuid? = null,
)

/** What can be done on the list of photographs. */
interface PhotographsDeeds {
    /** One's own, or everybody's. */
    fun mine(only: Boolean)

    /** Lists older ones too. */
    fun more()
}

/** Photographs by day, with where their bytes are. */
class PhotographsModel(core: Core, private val zone: ZoneId = ZoneId.systemDefault()) :
    ScreenModel<PhotographsState>(core, PhotographsState()), PhotographsDeeds {
    private var wanted = PAGE

    override suspend fun read() {
        val me = core.client.status().member
        val names = core.names.members()
        val photos = ArrayList<PhotoView>()
        var after: String? = null
        do {
            val page = core.client.photos(PhotosRequest(by = me.takeIf { state.mine }, after = after, limit = PAGE.toUInt()))
            photos += page.photos
            after = page.next
        } while (after != null && photos.size < wanted)
        val groups = photos.groupBy { Instant.ofEpochMilli(it.at.stated).atZone(zone).toLocalDate() }
        update { it.copy(groups = groups.map { (date, of) -> PhotoGroup(date, of) }, more = after != null, names = names, me = me) }
    }

    override fun mine(only: Boolean) {
        update { it.copy(mine = only) }
        wanted = PAGE
        act {}
    }

    override fun more() {
        wanted += PAGE
        act {}
    }

    private companion object {
        const val PAGE = 60
    }
}

/** The bytes of small pictures, each read once. Nothing where there is none. */
class Thumbnails(private val core: Core) {
    private val kept = object : LinkedHashMap<Uuid, ByteArray>(MOST, LOAD, true) {
        override fun removeEldestEntry(eldest: Map.Entry<Uuid, ByteArray>) = size > MOST
    }

    suspend fun of(photo: Uuid): ByteArray? {
        synchronized(kept) { kept[photo] }?.let { return it }
        val bytes = quietly { core.client.thumbnail(RecordRequest(id = photo)) } ?: return null
        synchronized(kept) { kept[photo] = bytes }
        return bytes
    }

    /** Has the core make small pictures of what was taken, in its own time. */
    fun makeDue() {
        core.scope.launch { quietly { core.client.workOffThumbnails() } }
    }

    private companion object {
        const val MOST = 200
        const val LOAD = 0.75f
    }
}
