package org.plumbline.platform

import android.content.Context
import android.net.ConnectivityManager
import android.net.Network
import kotlinx.coroutines.channels.awaitClose
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.callbackFlow

/** Tells each time that a network comes. */
fun networks(context: Context): Flow<Unit> = callbackFlow {
    val manager = context.service<ConnectivityManager>()
    val listener = object : ConnectivityManager.NetworkCallback() {
        override fun onAvailable(network: Network) {
            trySend(Unit)
        }
    }
    manager.registerDefaultNetworkCallback(listener)
    awaitClose { manager.unregisterNetworkCallback(listener) }
}
