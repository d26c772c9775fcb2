package org.plumbline.model

import org.plumbline.core.ChangeView
import org.plumbline.core.Datum
import org.plumbline.core.FieldView
import org.plumbline.core.KindView
import org.plumbline.core.ListRequest
import org.plumbline.core.RecordRequest
import org.plumbline.core.RecordView
import org.plumbline.core.SetChange
import org.plumbline.core.WriteRequest
import org.plumbline.protocol.RecordId
import org.plumbline.protocol.Uuid

/** A field of the form, as far as it was filled in. Several values stand on a line each. */
data class Entry(val of: FieldView, val text: String, val first: String, val choices: List<Pair<String, String>> = emptyList()) {
    val several: Boolean get() = of.merge == "set"
    val appends: Boolean get() = of.merge == "append"
    val changed: Boolean get() = text != first
}

/** A record that is read or filled in. */
data class RecordState(
    val kind: KindView? = null,
    val record: RecordView? = null,
    val projects: List<Project> = emptyList(),
    val project: Project? = null,
    val entries: List<Entry> = emptyList(),
    val history: List<ChangeView> = emptyList(),
    val names: Map<Uuid, String> = emptyMap(),
    val reason: String = "",
    val saved: Boolean = false,
) {
    val owesReason: Boolean get() = record != null && entries.any { it.changed && it.of.owesReason }
    val canSave: Boolean
        get() = kind?.writes == true && entries.any { it.changed } && (!kind.project || project != null) &&
            entries.none { it.of.first && it.text.isBlank() } && (!owesReason || reason.isNotBlank())
}

/** What can be done with a record. */
interface RecordDeeds {
    fun project(project: Project)

    fun write(field: String, text: String)

    fun reason(text: String)

    /** Signs what was filled in. It is durable when the screen says so. */
    fun save()
}

/** One record: its fields as a form, and its history. Without an [id] it is a new one. */
class RecordModel(core: Core, private val kind: String, private var id: RecordId?) :
    ScreenModel<RecordState>(core, RecordState()), RecordDeeds {

    override suspend fun read() {
        val kind = core.client.kinds().first { it.name == kind }
        val record = id?.let { core.client.record(RecordRequest(id = it)) }
        val history = id?.let { core.client.history(RecordRequest(id = it)) }.orEmpty()
        val projects = core.names.projects()
        val names = core.names.members()
        val unsaved = state.entries.filter(Entry::changed).associateBy { it.of.name }
        val entries = kind.fields.filter(::fillable).map { field ->
            val first = if (field.merge == "append") "" else record?.fields?.get(field.name).shown()
            Entry(field, unsaved[field.name]?.text ?: first, first, choices(field, names))
        }
        update {
            it.copy(
                kind = kind,
                record = record,
                projects = projects,
                project = projects.find { known -> known.id == (record?.project ?: it.project?.id) } ?: projects.singleOrNull(),
                entries = entries,
                history = history,
                names = names,
            )
        }
    }

    override fun project(project: Project) = update { it.copy(project = project, saved = false) }

    override fun write(field: String, text: String) = update {
        it.copy(entries = it.entries.map { entry -> if (entry.of.name == field) entry.copy(text = text) else entry }, saved = false)
    }

    override fun reason(text: String) = update { it.copy(reason = text) }

    override fun save() {
        if (!state.canSave) return
        act {
            val record = state.record
            val written = core.client.write(
                WriteRequest(
                    kind = kind,
                    record = id,
                    project = if (record == null) state.project?.id else null,
                    fields = state.entries.filter(Entry::changed).associate { it.of.name to it.datum() },
                    reason = state.reason.ifBlank { null }.takeIf { state.owesReason },
                    asOf = record?.asOf,
                ),
            )
            id = written.id
            update { it.copy(entries = emptyList(), reason = "", saved = true) }
        }
    }

    private suspend fun choices(field: FieldView, members: Map<Uuid, String>): List<Pair<String, String>> = when {
        field.form == "choice" -> field.choices.map { it to it }
        field.form != "ref" -> emptyList()
        field.of == "member" -> members.toList()
        else -> field.of?.let { of ->
            core.client.list(ListRequest(kind = of, limit = MOST)).records.map { it.id to (it.text("name") ?: it.text("text")).orEmpty() }
        }.orEmpty()
    }

    private companion object {
        const val MOST = 200u
        val FORMS = setOf("text", "int", "bool", "choice", "ref", "day")

        fun fillable(field: FieldView) = field.form in FORMS
    }
}

/** What the core is told of a field that was filled in. */
private fun Entry.datum(): Datum = when {
    several -> {
        val (before, after) = lines(first) to lines(text)
        Datum.Set(SetChange(add = (after - before).map(Datum::Text), remove = (before - after).map(Datum::Text)))
    }
    text.isBlank() -> Datum.Null
    of.form == "int" -> text.toLongOrNull()?.let(Datum::Int) ?: Datum.Text(text)
    of.form == "bool" -> Datum.Bool(text == "true")
    else -> Datum.Text(text.trim())
}

private fun lines(text: String): Set<String> = text.lines().map(String::trim).filter(String::isNotEmpty).toSet()

/** A value as it stands in a form. */
fun Datum?.shown(): String = when (this) {
    is Datum.Text -> v1
    is Datum.Int -> v1.toString()
    is Datum.Bool -> v1.toString()
    is Datum.Items -> v1.joinToString("\n") { it.shown() }
    else -> ""
}
