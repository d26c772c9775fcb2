package org.plumbline.model

import org.plumbline.core.KindView
import org.plumbline.core.ListRequest
import org.plumbline.core.RecordView
import org.plumbline.core.SearchRequest

/** The records of the sites: what can be filled in, and what was. */
data class RecordsState(
    val kinds: List<KindView> = emptyList(),
    val records: List<RecordView> = emptyList(),
    val search: String = "",
    val projects: List<Project> = emptyList(),
)

/** What can be done on the list of records. */
interface RecordsDeeds {
    /** Lists only records that have these words. */
    fun search(text: String)
}

/** Records that people of a site fill in, newest first. */
class RecordsModel(core: Core) : ScreenModel<RecordsState>(core, RecordsState()), RecordsDeeds {
    override suspend fun read() {
        val kinds = core.client.kinds().filter { it.access == "site" && it.name !in ELSEWHERE }
        val shown = kinds.map { it.name }.toSet()
        val text = state.search.trim()
        val records = if (text.isEmpty()) {
            kinds.flatMap { core.client.list(ListRequest(kind = it.name, limit = PAGE)).records }
        } else {
            core.client.search(SearchRequest(text = text, limit = PAGE)).filter { it.kind in shown }
        }
        val projects = core.names.projects()
        update { it.copy(kinds = kinds.filter(KindView::writes), records = records.filterNot(RecordView::withdrawn), projects = projects) }
    }

    override fun search(text: String) {
        update { it.copy(search = text) }
        act {}
    }

    private companion object {
        const val PAGE = 50u

        /** They have screens of their own. */
        val ELSEWHERE = setOf("photo", "deposit")
    }
}
