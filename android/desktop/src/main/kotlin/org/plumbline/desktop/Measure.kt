/*
 * Times the core's calls from Kotlin on a store that is there, and prints what each took: one line of JSON, milliseconds.
 * `cargo xtask bench P19` starts it beside the same program in Rust and in Swift (benches/src/phone.rs says what is timed).
 */
package org.plumbline.desktop

import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.async
import kotlinx.coroutines.awaitAll
import kotlinx.coroutines.runBlocking
import kotlinx.serialization.json.add
import kotlinx.serialization.json.buildJsonObject
import kotlinx.serialization.json.putJsonArray
import org.plumbline.core.CaptureRequest
import org.plumbline.core.ListRequest
import org.plumbline.core.Source
import org.plumbline.mobile.Client
import java.io.File

private const val WARM = 100
private const val FEW = 10

/** Words: the store's folder, the folder of its keys, a picture, a project, how many calls. */
fun main(words: Array<String>) = runBlocking(Dispatchers.Default) {
    val (home, keys, picture, project, calls) = words
    val many = calls.toInt()
    val vault = DemoVault(File(keys))
    val took = mutableMapOf<String, List<Double>>()
    took["open"] = timed(1, FEW) {
        Client.open(home, vault).use {
            it.status()
            it.pause()
        }
    }
    Client.open(home, vault).use { client ->
        took["status"] = timed(WARM, many) { client.status() }
        took["list"] = timed(WARM, many) { client.list(ListRequest(kind = "punch")) }
        val begun = System.nanoTime()
        List(FEW) { async { repeat(many) { client.status() } } }.awaitAll()
        took["busy"] = listOf((System.nanoTime() - begun) / 1e6 / (FEW * many))
        val request = CaptureRequest(path = picture, project = project, source = Source.CAMERA)
        took["capture"] = timed(1, FEW) { client.capture(request) }
        client.pause()
    }
    println(buildJsonObject { for ((what, times) in took) putJsonArray(what) { times.forEach(::add) } })
}

/** How long [what] took each time, in milliseconds; the first [warm] times are left out, because they pay for what is kept. */
private suspend fun timed(warm: Int, many: Int, what: suspend () -> Unit): List<Double> = List(warm + many) {
    val begun = System.nanoTime()
    what()
    (System.nanoTime() - begun) / 1e6
}.drop(warm)
