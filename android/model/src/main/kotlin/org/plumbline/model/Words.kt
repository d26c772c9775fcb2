package org.plumbline.model

import kotlinx.serialization.json.Json
import kotlinx.serialization.json.jsonObject
import kotlinx.serialization.json.jsonPrimitive
import java.time.ZoneId
import java.util.Locale

/** A language that the app speaks. Its catalogue is `mobile-bindings/strings/<tag>.json`, shared with the other phone. */
enum class Language(val tag: String, val locale: Locale) {
    English("en", Locale.forLanguageTag("en-US")),
    Spanish("es", Locale.forLanguageTag("es-US")),
    ;

    companion object {
        /** The language for a person who reads [locale]. */
        fun of(locale: Locale): Language = entries.firstOrNull { it.tag == locale.language } ?: English
    }
}

/** All that is said to a person, in one language: texts of the catalogue, and moments, hours and distances in words. */
class Words private constructor(val language: Language, private val texts: Map<String, String>) {
    /** The text of [key] with its `{places}` filled in. A key without a text is shown as itself, so that a gap is seen. */
    operator fun invoke(key: String, vararg values: Pair<String, Any>): String = known(key, *values) ?: key

    /** The text of [key], or nothing where the catalogue has none. */
    fun known(key: String, vararg values: Pair<String, Any>): String? =
        texts[key]?.let { values.fold(it) { text, (name, value) -> text.replace("{$name}", value.toString()) } }

    /** The text for as many as [n]: that of `<key>_one` or `<key>_other`, with `{n}` filled in. */
    fun count(key: String, n: Long, vararg values: Pair<String, Any>): String =
        invoke(if (n == 1L) "${key}_one" else "${key}_other", "n" to number(n), *values)

    /** The same for what is counted in whole numbers of other widths. */
    fun count(key: String, n: Int, vararg values: Pair<String, Any>): String = count(key, n.toLong(), *values)

    /** Every key that has a text. */
    val keys: Set<String> get() = texts.keys

    internal val format = Format(language)

    /** `1,240` */
    fun number(n: Long): String = format.number(n)

    /** `07:02` */
    fun time(at: Long, zone: ZoneId = ZoneId.systemDefault()): String = format.time(at, zone)

    companion object {
        private val read = HashMap<Language, Words>()

        /** The words of [language]. */
        @Synchronized
        fun of(language: Language): Words = read.getOrPut(language) { Words(language, catalogue(language)) }

        private fun catalogue(language: Language): Map<String, String> {
            val file = "/strings/${language.tag}.json"
            val text = checkNotNull(Words::class.java.getResourceAsStream(file)) { "$file is not in the app" }
                .use { it.readBytes().decodeToString() }
            return Json.parseToJsonElement(text).jsonObject.mapValues { (_, value) -> value.jsonPrimitive.content }
        }
    }
}
