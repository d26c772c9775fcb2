package org.plumbline.platform

import android.content.Context
import android.hardware.Sensor
import android.hardware.SensorEvent
import android.hardware.SensorEventListener
import android.hardware.SensorManager
import kotlinx.coroutines.channels.awaitClose
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.callbackFlow
import kotlinx.coroutines.flow.distinctUntilChanged

/** Whether the sun shines on the phone, by its light sensor. One without a sensor never says so. */
class Sunshine(private val context: Context) {
    fun shines(): Flow<Boolean> = callbackFlow {
        val manager = context.service<SensorManager>()
        val sensor = manager.getDefaultSensor(Sensor.TYPE_LIGHT)
        val listener = object : SensorEventListener {
            private var bright = false

            override fun onSensorChanged(event: SensorEvent) {
                val lux = event.values.firstOrNull() ?: return
                // Two thresholds: a passing shadow does not turn the screen.
                bright = if (bright) lux > LEAVES else lux > COMES
                trySend(bright)
            }

            override fun onAccuracyChanged(sensor: Sensor?, accuracy: Int) = Unit
        }
        trySend(false)
        if (sensor != null) manager.registerListener(listener, sensor, SensorManager.SENSOR_DELAY_NORMAL)
        awaitClose { manager.unregisterListener(listener) }
    }.distinctUntilChanged()

    private companion object {
        const val COMES = 10_000f
        const val LEAVES = 4_000f
    }
}
