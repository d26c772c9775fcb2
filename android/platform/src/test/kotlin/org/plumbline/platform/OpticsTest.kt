package org.plumbline.platform

import android.graphics.Rect
import android.hardware.camera2.CameraCaptureSession
import android.hardware.camera2.CameraCharacteristics
import android.hardware.camera2.CameraManager
import android.hardware.camera2.CameraMetadata
import android.hardware.camera2.CaptureRequest
import android.hardware.camera2.impl.CameraMetadataNative
import android.util.Range
import org.junit.Test
import org.junit.runner.RunWith
import org.plumbline.model.Optics
import org.robolectric.RobolectricTestRunner
import org.robolectric.RuntimeEnvironment
import org.robolectric.Shadows.shadowOf
import org.robolectric.annotation.Config
import org.robolectric.shadow.api.Shadow
import org.robolectric.shadows.ShadowCameraCharacteristics
import kotlin.test.assertEquals
import kotlin.test.assertNull

@RunWith(RobolectricTestRunner::class)
@Config(sdk = [35])
class OpticsTest {
    private val about: CameraCharacteristics = ShadowCameraCharacteristics.newCameraCharacteristics()

    private fun <T : Any> say(key: CameraCharacteristics.Key<T>, value: T) = Shadow.extract<ShadowCameraCharacteristics>(about).set(key, value)

    private fun request() = CaptureRequest.Builder(CameraMetadataNative(), false, CameraCaptureSession.SESSION_ID_NONE, "0", null)

    @Test
    fun a_camera_offers_the_factors_that_it_reaches() {
        assertEquals(Optics(), optics(about))
        say(CameraCharacteristics.CONTROL_ZOOM_RATIO_RANGE, Range(0.55f, 8f))
        say(CameraCharacteristics.FLASH_INFO_AVAILABLE, true)
        assertEquals(Optics(listOf(0.6f, 1f, 2f), true), optics(about))
        say(CameraCharacteristics.CONTROL_ZOOM_RATIO_RANGE, Range(1f, 4f))
        assertEquals(listOf(1f, 2f), optics(about).factors)
        // One factor is no choice.
        say(CameraCharacteristics.CONTROL_ZOOM_RATIO_RANGE, Range(1f, 1.5f))
        assertEquals(emptyList(), optics(about).factors)
    }

    @Test
    fun the_lens_says_what_the_camera_on_the_back_can() {
        val app = RuntimeEnvironment.getApplication()
        Lens(app).use { assertEquals(Optics(), it.optics) }
        say(CameraCharacteristics.LENS_FACING, CameraCharacteristics.LENS_FACING_BACK)
        say(CameraCharacteristics.CONTROL_ZOOM_RATIO_RANGE, Range(1f, 4f))
        shadowOf(app.service<CameraManager>()).addCamera("0", about)
        Lens(app).use { assertEquals(Optics(listOf(1f, 2f)), it.optics) }
    }

    @Test
    fun where_the_phone_knows_ratios_it_zooms_by_one() {
        say(CameraCharacteristics.CONTROL_ZOOM_RATIO_RANGE, Range(0.5f, 8f))
        say(CameraCharacteristics.SENSOR_INFO_ACTIVE_ARRAY_SIZE, Rect(0, 0, 4000, 3000))
        val request = request().apply { zoom(about, 0.6f) }
        assertEquals(0.6f, request.get(CaptureRequest.CONTROL_ZOOM_RATIO))
        assertNull(request.get(CaptureRequest.SCALER_CROP_REGION))
    }

    @Test
    fun a_phone_without_ratios_zooms_by_the_middle_of_its_sensor() {
        say(CameraCharacteristics.SCALER_AVAILABLE_MAX_DIGITAL_ZOOM, 4f)
        say(CameraCharacteristics.SENSOR_INFO_ACTIVE_ARRAY_SIZE, Rect(8, 8, 4008, 3008))
        assertEquals(listOf(1f, 2f), optics(about).factors)
        assertEquals(Rect(1000, 750, 3000, 2250), request().apply { zoom(about, 2f) }.get(CaptureRequest.SCALER_CROP_REGION))
        assertEquals(Rect(0, 0, 4000, 3000), request().apply { zoom(about, 1f) }.get(CaptureRequest.SCALER_CROP_REGION))
    }

    @Test
    fun a_flash_fires_with_every_picture_that_wants_it() {
        val request = request().apply { flash() }
        assertEquals(CameraMetadata.CONTROL_AE_MODE_ON_ALWAYS_FLASH, request.get(CaptureRequest.CONTROL_AE_MODE))
    }
}
