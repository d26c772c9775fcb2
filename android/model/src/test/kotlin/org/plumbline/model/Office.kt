package org.plumbline.model

import kotlinx.serialization.json.Json
import kotlinx.serialization.json.JsonArray
import kotlinx.serialization.json.JsonElement
import kotlinx.serialization.json.JsonNull
import kotlinx.serialization.json.JsonObject
import kotlinx.serialization.json.JsonObjectBuilder
import kotlinx.serialization.json.buildJsonObject
import kotlinx.serialization.json.jsonObject
import kotlinx.serialization.json.jsonPrimitive
import kotlinx.serialization.json.put
import kotlinx.serialization.json.putJsonArray
import kotlinx.serialization.json.putJsonObject
import java.io.BufferedReader
import java.io.File
import java.util.UUID

/** Where the programs are. */
private fun program(name: String): String = File(checkNotNull(System.getenv("PLUMBLINE_BIN")) { "PLUMBLINE_BIN is not set" }, name).path

/** The real server, on a port of its own. */
class Server(folder: File) : AutoCloseable {
    private val process: Process = ProcessBuilder(program("plumbline-server"), "--data", folder.path, "--listen", "127.0.0.1:0")
        .redirectError(ProcessBuilder.Redirect.DISCARD).start()
    private val ready = Json.parseToJsonElement(process.inputReader().readLine()).jsonObject
    val port: Int = ready.getValue("url").jsonPrimitive.content.substringAfterLast(':').toInt()
    val setup: String = ready.getValue("setup").jsonPrimitive.content

    override fun close() {
        process.destroy()
        process.waitFor()
    }
}

/** The founder, on a computer in the office: the real client, driven by lines of JSON. */
class Office(folder: File, server: Server) : AutoCloseable {
    private val process = ProcessBuilder(program("plumbline-drive"), "--home", folder.path, "--passphrase-env", "PASSPHRASE")
        .apply { environment()["PASSPHRASE"] = "rebar and gravel" }.redirectError(ProcessBuilder.Redirect.DISCARD).start()
    private val answers: BufferedReader = process.inputReader()

    init {
        call("create_organisation") {
            put("link", server.setup)
            put("name", "Ortega Lindqvist")
            put("founder_name", "Rosa Delgado")
        }
    }

    /** What a call answers. */
    fun call(name: String, args: JsonObjectBuilder.() -> Unit = {}): JsonElement {
        val line = buildJsonObject {
            put("call", name)
            put("args", buildJsonObject(args).ifEmpty { JsonNull })
        }
        process.outputStream.write("$line\n".encodeToByteArray())
        process.outputStream.flush()
        val said = Json.parseToJsonElement(checkNotNull(answers.readLine()) { "the office is gone" }).jsonObject
        return checkNotNull(said["ok"]) { "$name: ${said["fault"]}" }
    }

    private fun JsonObject.ifEmpty(other: () -> JsonElement): JsonElement = if (isEmpty()) other() else this

    fun sync() = call("sync")

    /** A project; with a [radius] in centimetres one that has a fence around where the test's phone lies. */
    fun project(name: String, radius: Long? = null): String = call("create_project") {
        put("name", name)
        put("zone", "UTC")
        if (radius != null) {
            putJsonObject("geofence") {
                putJsonObject("circle") {
                    put("lat_e7", 476_000_000)
                    put("lon_e7", -1_223_000_000)
                    put("radius_cm", radius)
                }
            }
        }
        putJsonArray("classifications") { listOf("Laborer", "Foreman").forEach { add(kotlinx.serialization.json.JsonPrimitive(it)) } }
    }.id

    /** A new worker on these projects, and the link that adds their phone. */
    fun invite(name: String, projects: List<String>): String {
        val member = call("add_member") {
            put("name", name)
            put("role", "worker")
            putJsonArray("projects") { projects.forEach { add(kotlinx.serialization.json.JsonPrimitive(it)) } }
        }.id
        val link = call("invite") {
            put("member", member)
            put("hours_valid", 48)
        }.jsonObject.getValue("link").jsonPrimitive.content
        sync()
        return link
    }

    /** Records of a kind, withdrawn ones too, once the office has read what came. */
    fun records(kind: String): List<JsonObject> {
        sync()
        val page = call("list") {
            put("kind", kind)
            put("withdrawn", true)
            put("limit", 200)
        }
        return (page.jsonObject.getValue("records") as JsonArray).map { it.jsonObject }
    }

    override fun close() {
        process.outputStream.close()
        process.waitFor()
    }
}

/** The id of a record that a call answered. */
val JsonElement.id: String get() = jsonObject.getValue("id").jsonPrimitive.content

/** A field of a record that holds text. */
fun JsonObject.field(name: String): String? = getValue("fields").jsonObject[name]?.jsonPrimitive?.content

/** A folder that is gone when the test is. */
fun temporary(): File = File(System.getProperty("java.io.tmpdir"), "plumbline-${UUID.randomUUID()}").apply { check(mkdirs()) }
