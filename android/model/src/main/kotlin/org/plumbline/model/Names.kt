package org.plumbline.model

import org.plumbline.core.Datum
import org.plumbline.core.ListRequest
import org.plumbline.core.RecordView
import org.plumbline.mobile.Client
import org.plumbline.protocol.Uuid
import java.time.ZoneId

/** A project as a screen names it. */
data class Project(
    val id: Uuid,
    val name: String,
    val number: String? = null,
    val zone: ZoneId = ZoneId.systemDefault(),
    val classifications: List<String> = emptyList(),
)

/** Members and projects by their names. */
class Names(private val client: Client) {
    /** Every project that this member sees, by name. */
    suspend fun projects(): List<Project> = all("project").map(::project).sortedBy { it.name.lowercase() }

    /** The name of every member. */
    suspend fun members(): Map<Uuid, String> = all("member").associate { it.id to it.text("name").orEmpty() }

    private suspend fun all(kind: String): List<RecordView> {
        val records = ArrayList<RecordView>()
        var after: String? = null
        do {
            val page = client.list(ListRequest(kind = kind, after = after, limit = PAGE))
            records += page.records
            after = page.next
        } while (after != null)
        return records
    }

    private fun project(record: RecordView) = Project(
        id = record.id,
        name = record.text("name").orEmpty(),
        number = record.text("number"),
        zone = zone(record.text("zone")),
        classifications = record.texts("classifications"),
    )

    private companion object {
        const val PAGE = 200u
    }
}

/** A field that holds text. */
fun RecordView.text(field: String): String? = (fields[field] as? Datum.Text)?.v1

/** A field that holds several texts. */
fun RecordView.texts(field: String): List<String> =
    (fields[field] as? Datum.Items)?.v1.orEmpty().mapNotNull { (it as? Datum.Text)?.v1 }

/** The zone by this name, or the phone's own where it does not know it. */
fun zone(name: String?): ZoneId = runCatching { ZoneId.of(name) }.getOrElse { ZoneId.systemDefault() }
