package org.plumbline.desktop

import kotlinx.serialization.json.Json
import kotlinx.serialization.json.JsonArray
import kotlinx.serialization.json.JsonElement
import kotlinx.serialization.json.JsonNull
import kotlinx.serialization.json.JsonObject
import kotlinx.serialization.json.JsonPrimitive
import kotlinx.serialization.json.buildJsonObject
import kotlinx.serialization.json.jsonObject
import kotlinx.serialization.json.jsonPrimitive
import java.io.File

/** An administrator's device of the demonstration, driven by lines of JSON: it invites the phone's person. */
class Drive(program: File, home: File, passphrase: String) : AutoCloseable {
    private val process = ProcessBuilder(program.path, "--home", home.path, "--passphrase-env", PASSPHRASE)
        .apply { environment()[PASSPHRASE] = passphrase }.redirectError(ProcessBuilder.Redirect.INHERIT).start()
    private val answers = process.inputReader()

    private fun call(name: String, vararg args: Pair<String, Any>): JsonElement {
        val line = buildJsonObject {
            put("call", JsonPrimitive(name))
            put("args", if (args.isEmpty()) JsonNull else JsonObject(args.associate { (key, value) -> key to json(value) }))
        }
        process.outputStream.write("$line\n".encodeToByteArray())
        process.outputStream.flush()
        val said = Json.parseToJsonElement(checkNotNull(answers.readLine()) { "the demonstration's administrator is gone" }).jsonObject
        return checkNotNull(said["ok"]) { "$name: ${said["fault"]}" }
    }

    private fun json(value: Any) = if (value is Number) JsonPrimitive(value) else JsonPrimitive(value.toString())

    /** The crew whose foreman has the phone: always the same one. */
    private val crew = list("crew").first { it.field("foreman") != null }

    /** A link that adds a phone for the crew's foreman, and their name. */
    fun invite(): Pair<String, String> {
        call("sync")
        val foreman = checkNotNull(crew.field("foreman"))
        val link = call("invite", "member" to foreman, "hours_valid" to 24).jsonObject.getValue("link").jsonPrimitive.content
        call("sync")
        return link to list("member").first { it.id == foreman }.field("name").orEmpty()
    }

    /** The middle of the fence of the crew's project. */
    fun site(): Pair<Double, Double>? {
        val project = list("project").firstOrNull { it.id == crew.getValue("project").jsonPrimitive.content }
        val fence = project?.getValue("fields")?.jsonObject?.get("geofence") as? JsonObject ?: return null
        val circle = fence["circle"] as? JsonObject
        if (circle != null) return circle.degrees("lat_e7") to circle.degrees("lon_e7")
        val corners = (fence["polygon"] as? JsonArray)?.map { it as JsonArray } ?: return null

        fun middle(of: Int) = corners.map { it[of].jsonPrimitive.content.toLong() }.average() / 1e7
        return middle(0) to middle(1)
    }

    private fun list(kind: String): List<JsonObject> =
        (call("list", "kind" to kind, "limit" to 200).jsonObject.getValue("records") as JsonArray).map { it.jsonObject }

    private val JsonObject.id get() = getValue("id").jsonPrimitive.content

    private fun JsonObject.field(name: String) = getValue("fields").jsonObject[name]?.jsonPrimitive?.content

    private fun JsonObject.degrees(name: String) = getValue(name).jsonPrimitive.content.toLong() / 1e7

    override fun close() {
        process.outputStream.close()
        process.waitFor()
    }

    private companion object {
        const val PASSPHRASE = "PLUMBLINE_DEMO_PASSPHRASE"
    }
}
