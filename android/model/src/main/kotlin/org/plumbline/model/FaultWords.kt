package org.plumbline.model

import org.plumbline.protocol.Fault
import org.plumbline.protocol.Lock

/** What failed, and what can be done about it. */
data class Said(val cause: String, val wayOn: String)

/** A fault in words: one table for every screen. */
fun Words.of(fault: Fault): Said = when (fault) {
    is Fault.Offline -> said("offline")
    is Fault.SignedOut -> said("signed_out")
    is Fault.Locked -> said("locked.${name(fault.why)}")
    is Fault.Denied -> said("denied")
    is Fault.NotFound -> said("not_found")
    is Fault.Invalid -> invalid(fault.field, fault.reason)
    is Fault.TooLarge -> said("too_large", "limit" to bytes(fault.limit))
    is Fault.StorageFull -> said("storage_full")
    is Fault.Busy -> said("busy", "seconds" to number(fault.retryAfter.toLong()))
    is Fault.Reenrol -> said("reenrol")
    is Fault.Corrupt -> said("corrupt", "what" to (known("fault.corrupt.things.${fault.what}") ?: fault.what))
    is Fault.Outdated -> said("outdated")
    is Fault.Cancelled -> said("cancelled")
    is Fault.Internal -> said("internal", "trace" to fault.trace)
}

private fun Words.said(name: String, vararg values: Pair<String, Any>) =
    Said(invoke("fault.$name.cause", *values), invoke("fault.$name.wayOn", *values))

private fun Words.invalid(field: String, reason: String): Said {
    val exact = "$field-$reason"
    val wayOn = known("fault.invalid.exactWayOn.$exact") ?: invoke("fault.invalid.wayOn")
    known("fault.invalid.exact.$exact")?.let { return Said(it, wayOn) }
    val why = known("fault.invalid.reasons.$reason") ?: invoke("fault.invalid.reasons.other")
    return Said(invoke("fault.invalid.cause", "field" to (known("field.$field") ?: field), "why" to why), wayOn)
}

private fun name(why: Lock): String = why.name.lowercase()
