package org.plumbline.model

import org.plumbline.core.ChangeView
import org.plumbline.core.Datum
import org.plumbline.core.RecordRequest
import org.plumbline.core.RecordView
import org.plumbline.core.WriteRequest
import org.plumbline.protocol.RecordId
import org.plumbline.protocol.Uuid

/** One of the values: who wrote it, and when. */
data class Version(val value: Datum, val by: Uuid?, val at: Long?, val shows: Boolean)

/** A field on which people disagree without having seen each other. */
data class Conflict(val record: RecordView, val field: String, val versions: List<Version>, val owesReason: Boolean, val mayChoose: Boolean)

/** What is in conflict. */
data class ConflictsState(val conflicts: List<Conflict> = emptyList(), val names: Map<Uuid, String> = emptyMap(), val reason: String = "")

/** What can be done about a conflict. */
interface ConflictsDeeds {
    fun reason(text: String)

    /** Keeps this value; the others stay in the history. */
    fun keep(conflict: Conflict, version: Version)
}

/** Conflicts, each with all its values until somebody chooses. */
class ConflictsModel(core: Core) : ScreenModel<ConflictsState>(core, ConflictsState()), ConflictsDeeds {
    override suspend fun read() {
        val kinds = core.client.kinds().associateBy { it.name }
        val names = core.names.members()
        val conflicts = core.client.conflicts().flatMap { record ->
            val history = core.client.history(RecordRequest(id = record.id)).asReversed()
            record.conflicts.map { (field, others) ->
                val shown = record.fields[field] ?: Datum.Null
                val versions = listOf(version(history, field, shown, true)) + others.map { version(history, field, it, false) }
                val owes = kinds[record.kind]?.fields?.find { it.name == field }?.owesReason == true
                Conflict(record, field, versions, owes, kinds[record.kind]?.writes == true)
            }
        }
        update { it.copy(conflicts = conflicts, names = names) }
    }

    override fun reason(text: String) = update { it.copy(reason = text) }

    override fun keep(conflict: Conflict, version: Version) {
        act {
            core.client.write(
                WriteRequest(
                    kind = conflict.record.kind,
                    record = conflict.record.id,
                    fields = mapOf(conflict.field to version.value),
                    reason = state.reason.ifBlank { null },
                    asOf = conflict.record.asOf,
                ),
            )
            update { it.copy(reason = "") }
        }
    }

    private fun version(history: List<ChangeView>, field: String, value: Datum, shows: Boolean): Version {
        val wrote = history.firstOrNull { it.fields[field] == value }
        return Version(value, wrote?.by, wrote?.at, shows)
    }
}

/** The records that are in conflict. */
val ConflictsState.records: Set<RecordId> get() = conflicts.map { it.record.id }.toSet()
