package org.plumbline.platform

import android.annotation.SuppressLint
import android.graphics.Rect
import android.hardware.camera2.CameraCharacteristics
import android.hardware.camera2.CameraMetadata
import android.hardware.camera2.CaptureRequest
import android.os.Build
import android.util.Range
import org.plumbline.model.Optics
import kotlin.math.roundToInt

/** What the screen offers, as far as the camera can. */
private val FACTORS = listOf(0.6f, 1f, 2f)

/** What a camera can. One that has a single factor of those offered offers none. */
internal fun optics(about: CameraCharacteristics): Optics {
    val reach = ratios(about) ?: Range(1f, about.get(CameraCharacteristics.SCALER_AVAILABLE_MAX_DIGITAL_ZOOM)?.coerceAtLeast(1f) ?: 1f)
    val factors = FACTORS.filter(reach::contains)
    return Optics(if (factors.size > 1) factors else emptyList(), about.get(CameraCharacteristics.FLASH_INFO_AVAILABLE) == true)
}

/** The factors of all lenses behind this camera, where the phone chooses among them itself: from Android 11. */
@SuppressLint("NewApi")
private fun ratios(about: CameraCharacteristics): Range<Float>? =
    if (Build.VERSION.SDK_INT >= Build.VERSION_CODES.R) about.get(CameraCharacteristics.CONTROL_ZOOM_RATIO_RANGE) else null

/** Brings what is seen or shot nearer by [factor]: by the phone's own ratio, or by the middle of the sensor. */
@SuppressLint("NewApi")
internal fun CaptureRequest.Builder.zoom(about: CameraCharacteristics, factor: Float) {
    if (ratios(about) != null) {
        set(CaptureRequest.CONTROL_ZOOM_RATIO, factor)
    } else {
        about.get(CameraCharacteristics.SENSOR_INFO_ACTIVE_ARRAY_SIZE)?.let { set(CaptureRequest.SCALER_CROP_REGION, middle(it, factor)) }
    }
}

/** The part of the sensor that fills the picture. Its corner counts from that of the sensor's own active part. */
private fun middle(sensor: Rect, factor: Float): Rect {
    val (width, height) = (sensor.width() / factor).roundToInt() to (sensor.height() / factor).roundToInt()
    val (left, top) = (sensor.width() - width) / 2 to (sensor.height() - height) / 2
    return Rect(left, top, left + width, top + height)
}

/** A picture with the flash. How bright, and whether it flashes once before to measure, is the phone's to say. */
internal fun CaptureRequest.Builder.flash() {
    set(CaptureRequest.CONTROL_AE_MODE, CameraMetadata.CONTROL_AE_MODE_ON_ALWAYS_FLASH)
}
