package org.plumbline.platform

import android.Manifest
import android.annotation.SuppressLint
import android.content.Context
import android.content.pm.PackageManager
import android.location.Location
import android.location.LocationListener
import android.location.LocationManager
import android.os.Build
import android.os.Bundle
import android.os.Looper
import android.os.SystemClock
import kotlinx.coroutines.channels.awaitClose
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.callbackFlow
import org.plumbline.core.PlaceView
import org.plumbline.model.Place
import kotlin.math.roundToLong

/**
 * Where the phone is: what satellites and network say, raw, and what the system makes of all that it has, whichever is the most exact
 * now; with accuracy, age and whether the system calls it a mock. Nothing is smoothed or guessed here, and what is signed later
 * names which of them it is.
 */
class Positions(private val context: Context) {
    /** Places, for as long as somebody listens: the first is what hinders, or that it is being looked for. */
    fun places(): Flow<Place> = callbackFlow {
        val manager = context.service<LocationManager>()
        val providers = PROVIDERS.filter { it in manager.allProviders }
        when {
            !allowed(context) -> trySend(Place.Denied)
            providers.none(manager::isProviderEnabled) -> trySend(Place.Off)
            else -> trySend(Place.Searching)
        }
        val listener = object : LocationListener {
            private var best: Location? = null

            override fun onLocationChanged(location: Location) {
                if (!better(location, best)) return
                best = location
                trySend(location.asPlace())
            }

            override fun onProviderDisabled(provider: String) {
                if (providers.none(manager::isProviderEnabled)) trySend(Place.Off)
            }

            override fun onProviderEnabled(provider: String) {
                if (best == null) trySend(Place.Searching)
            }

            @Deprecated("Called below API 29 only")
            override fun onStatusChanged(provider: String?, status: Int, extras: Bundle?) = Unit
        }
        if (allowed(context)) listen(manager, providers, listener)
        awaitClose { manager.removeUpdates(listener) }
    }

    @SuppressLint("MissingPermission")
    private fun listen(manager: LocationManager, providers: List<String>, listener: LocationListener) {
        for (provider in providers) {
            manager.getLastKnownLocation(provider)?.takeIf { it.age() < FRESH }?.let(listener::onLocationChanged)
            manager.requestLocationUpdates(provider, EVERY, 0f, listener, Looper.getMainLooper())
        }
    }

    companion object {
        private val PROVIDERS = listOf(LocationManager.GPS_PROVIDER, LocationManager.NETWORK_PROVIDER, FUSED)
        private const val EVERY = 5_000L
        private const val FRESH = 60_000L

        /** Whether the person allows the exact place. */
        fun allowed(context: Context): Boolean =
            context.checkSelfPermission(Manifest.permission.ACCESS_FINE_LOCATION) == PackageManager.PERMISSION_GRANTED

        /** A newer measurement stands for an older one, unless it is much vaguer and the older one is still fresh. */
        private fun better(next: Location, known: Location?): Boolean =
            known == null || next.accuracy <= known.accuracy || next.provider == known.provider || known.age() > FRESH
    }
}

/** [LocationManager.FUSED_PROVIDER], which has a name since API 31; an older phone that has it calls it the same. */
private const val FUSED = "fused"

/** How long ago it was measured, in milliseconds, by the clock that counts through sleep. */
private fun Location.age(): Long = (SystemClock.elapsedRealtimeNanos() - elapsedRealtimeNanos) / 1_000_000

/** What was measured, in the core's form. One without an accuracy says nothing about where. */
internal fun Location.asPlace(): Place {
    if (!hasAccuracy()) return Place.Searching
    val view = PlaceView(
        latE7 = (latitude * 1e7).roundToLong(),
        lonE7 = (longitude * 1e7).roundToLong(),
        accuracyCm = (accuracy * 100.0).roundToLong(),
        mock = mocked(),
        source = when (provider) {
            LocationManager.GPS_PROVIDER -> "gnss"
            LocationManager.NETWORK_PROVIDER -> "network"
            else -> "fused"
        },
    )
    return Place.Known(view, System.currentTimeMillis() - age())
}

@Suppress("DEPRECATION")
private fun Location.mocked(): Boolean = if (Build.VERSION.SDK_INT >= Build.VERSION_CODES.S) isMock else isFromMockProvider
