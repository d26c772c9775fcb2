package org.plumbline.model

import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.yield
import org.junit.jupiter.api.Test
import kotlin.test.assertEquals

/** What every screen's model does. */
class ScreenModelTest : FieldTest() {
    /** Shows how many readings it began; the first ends when it is let. */
    private class Counting(core: Core) : ScreenModel<Int>(core, 0) {
        val gate = CompletableDeferred<Unit>()
        private var begun = 0

        override suspend fun read() {
            begun += 1
            val mine = begun
            if (mine == 1) gate.await()
            update { mine }
        }
    }

    @Test
    fun a_reading_that_began_earlier_never_stands_over_a_later_one() = runBlocking {
        phone.enrol(office.invite("Nico", listOf(office.project("Harbor Outfall 2"))))
        val core = Core(phone.client, Changes().count, CoroutineScope(Dispatchers.Default), phone.device) { Words.of(Language.English) }
        val counting = Counting(core)
        val first = launch { counting.refresh() }
        yield()
        val second = launch { counting.refresh() }
        yield()
        counting.gate.complete(Unit)
        first.join()
        second.join()
        assertEquals(2, counting.shown.value.state)
    }
}
