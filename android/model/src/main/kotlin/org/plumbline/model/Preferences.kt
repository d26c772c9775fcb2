package org.plumbline.model

import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.flow.StateFlow
import kotlinx.coroutines.flow.asStateFlow
import java.io.File
import java.util.Locale
import java.util.Properties

/** How the app looks. */
enum class Look {
    /** As the phone has it. */
    System,
    Light,
    Dark,

    /** White, black edges, no tints. */
    Sunlight,
}

/** What a person chose for this phone alone. Nothing of it is secret. */
data class Choices(val look: Look = Look.System, val sunlightBySensor: Boolean = true, val language: Language? = null) {
    /** The language chosen, or the phone's. */
    val spoken: Language get() = language ?: Language.of(Locale.getDefault())
}

/** Keeps [Choices] in a small file. One that cannot be read is as good as none. */
class Preferences(private val file: File) {
    private val kept = MutableStateFlow(load())
    val choices: StateFlow<Choices> = kept.asStateFlow()

    @Synchronized
    fun choose(change: (Choices) -> Choices) {
        kept.value = change(kept.value)
        val values = Properties()
        values.setProperty(LOOK, kept.value.look.name)
        values.setProperty(SENSOR, kept.value.sunlightBySensor.toString())
        kept.value.language?.let { values.setProperty(LANGUAGE, it.tag) }
        runCatching {
            file.parentFile?.mkdirs()
            val beside = File(file.path + ".new")
            beside.outputStream().use { values.store(it, null) }
            check(beside.renameTo(file)) { "not kept" }
        }
    }

    private fun load(): Choices {
        val values = Properties()
        runCatching { file.inputStream().use(values::load) }
        return Choices(
            look = Look.entries.find { it.name == values.getProperty(LOOK) } ?: Look.System,
            sunlightBySensor = values.getProperty(SENSOR) != "false",
            language = Language.entries.find { it.tag == values.getProperty(LANGUAGE) },
        )
    }

    private companion object {
        const val LOOK = "look"
        const val SENSOR = "sunlight_by_sensor"
        const val LANGUAGE = "language"
    }
}
