package org.plumbline.model

import java.net.InetAddress
import java.net.ServerSocket
import java.net.Socket
import java.util.Collections
import java.util.concurrent.CountDownLatch
import kotlin.concurrent.thread

/** The way from a phone to the server: it can be cut, or swallow what is sent and stay silent. */
class Road(private val to: Int) : AutoCloseable {
    private enum class State { Open, Cut, Silent }

    @Volatile private var state = State.Open

    @Volatile private var swallowed = CountDownLatch(1)
    private val door = ServerSocket(0, BACKLOG, InetAddress.getLoopbackAddress())
    private val open = Collections.synchronizedSet(HashSet<Socket>())
    val port: Int get() = door.localPort

    init {
        thread(isDaemon = true) {
            while (!door.isClosed) runCatching { travel(door.accept()) }
        }
    }

    fun cut() = turn(State.Cut)

    fun restore() = turn(State.Open)

    /** From now on nothing is answered. */
    fun hush() {
        swallowed = CountDownLatch(1)
        turn(State.Silent)
    }

    /** Waits until somebody asked something that is not answered. */
    fun awaitAQuestion() = swallowed.await()

    private fun turn(next: State) {
        state = next
        synchronized(open) { open.toList() }.forEach { runCatching { it.close() } }
        open.clear()
    }

    private fun travel(near: Socket) {
        if (state == State.Cut) return near.close()
        open += near
        if (state == State.Silent) {
            thread(isDaemon = true) { runCatching { if (near.getInputStream().read() >= 0) swallowed.countDown() } }
            return
        }
        val far = Socket(InetAddress.getLoopbackAddress(), to)
        open += far
        thread(isDaemon = true) { carry(near, far) }
        thread(isDaemon = true) { carry(far, near) }
    }

    private fun carry(from: Socket, into: Socket) {
        runCatching { from.getInputStream().copyTo(into.getOutputStream()) }
        listOf(from, into).forEach { end -> runCatching { end.close() } }
    }

    override fun close() {
        door.close()
        turn(State.Cut)
    }

    private companion object {
        const val BACKLOG = 50
    }
}
