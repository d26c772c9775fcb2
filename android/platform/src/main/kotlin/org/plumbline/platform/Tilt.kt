package org.plumbline.platform

import android.content.Context
import android.hardware.Sensor
import android.hardware.SensorEvent
import android.hardware.SensorEventListener
import android.hardware.SensorManager
import kotlinx.coroutines.channels.awaitClose
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.callbackFlow
import kotlinx.coroutines.flow.conflate
import kotlin.math.atan2

/** By how many degrees a line that hangs from the phone's top turns, clockwise as it is looked at. A phone without a sensor never says so. */
class Tilt(private val context: Context) {
    fun degrees(): Flow<Float> = callbackFlow {
        val manager = context.service<SensorManager>()
        val sensor = manager.getDefaultSensor(Sensor.TYPE_GRAVITY) ?: manager.getDefaultSensor(Sensor.TYPE_ACCELEROMETER)
        val listener = object : SensorEventListener {
            override fun onSensorChanged(event: SensorEvent) {
                if (event.values.size >= 2) trySend(hang(event.values[0], event.values[1]))
            }

            override fun onAccuracyChanged(sensor: Sensor?, accuracy: Int) = Unit
        }
        if (sensor != null) manager.registerListener(listener, sensor, SensorManager.SENSOR_DELAY_UI)
        awaitClose { manager.unregisterListener(listener) }
    }.conflate()
}

/** The sensor says where up is: [x] to the right of the screen, [y] to its top. */
internal fun hang(x: Float, y: Float): Float = Math.toDegrees(atan2(x, y).toDouble()).toFloat()
