package org.plumbline.model

import org.plumbline.core.CustodyView
import org.plumbline.core.PhotoCheckView
import org.plumbline.core.PhotoView
import org.plumbline.core.RecordRequest
import org.plumbline.core.VerdictView
import org.plumbline.protocol.Uuid

/** A photograph with its custody. */
data class PhotographState(
    val photo: PhotoView? = null,
    val project: Project? = null,
    val names: Map<Uuid, String> = emptyMap(),
    val verdict: VerdictView? = null,
    val steps: List<CustodyView> = emptyList(),
    val check: PhotoCheckView? = null,
    val checking: Boolean = false,
)

/** What can be done with a photograph. */
interface PhotographDeeds {
    /** Reads every byte again and compares it with what was signed. */
    fun check()
}

/** One photograph: when, where, by whom, its hash, and where its bytes have been. */
class PhotographModel(core: Core, private val id: Uuid) : ScreenModel<PhotographState>(core, PhotographState()), PhotographDeeds {
    override suspend fun read() {
        val photo = core.client.photo(RecordRequest(id = id))
        val verdict = core.client.verdict(RecordRequest(id = id))
        val steps = core.client.custody(RecordRequest(id = id))
        val names = core.names.members()
        val project = core.names.projects().find { it.id == photo.project }
        update { it.copy(photo = photo, project = project, names = names, verdict = verdict, steps = steps) }
    }

    override fun check() {
        update { it.copy(checking = true) }
        act {
            try {
                val check = core.client.checkPhoto(RecordRequest(id = id))
                update { it.copy(check = check) }
            } finally {
                update { it.copy(checking = false) }
            }
        }
    }
}
