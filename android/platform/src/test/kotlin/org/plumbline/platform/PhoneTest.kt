package org.plumbline.platform

import android.Manifest
import android.app.Application
import android.app.KeyguardManager
import android.hardware.camera2.CameraCharacteristics
import android.hardware.camera2.CameraManager
import android.location.Location
import android.location.LocationManager
import android.os.Looper
import android.os.SystemClock
import kotlinx.coroutines.async
import kotlinx.coroutines.flow.first
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.withTimeout
import kotlinx.coroutines.yield
import org.junit.Before
import org.junit.Test
import org.junit.runner.RunWith
import org.plumbline.model.Place
import org.plumbline.model.Presence
import org.plumbline.protocol.Fault
import org.robolectric.RobolectricTestRunner
import org.robolectric.RuntimeEnvironment
import org.robolectric.Shadows.shadowOf
import org.robolectric.annotation.Config
import org.robolectric.shadow.api.Shadow
import org.robolectric.shadows.ShadowCameraCharacteristics
import kotlin.test.assertEquals
import kotlin.test.assertFailsWith
import kotlin.test.assertIs
import kotlin.test.assertNull
import kotlin.test.assertTrue

@RunWith(RobolectricTestRunner::class)
@Config(sdk = [35])
class PhoneTest {
    private val app: Application get() = RuntimeEnvironment.getApplication()
    private val manager get() = app.service<LocationManager>()

    @Before
    fun chip() = FakeAndroidKeyStore.install()

    private fun allow(vararg what: String) = shadowOf(app).grantPermissions(*what)

    private fun gps(on: Boolean) = shadowOf(manager).setProviderEnabled(LocationManager.GPS_PROVIDER, on)

    private fun fix(accuracy: Float, mock: Boolean = false, by: String = LocationManager.GPS_PROVIDER) = Location(by).apply {
        latitude = 47.6
        longitude = -122.3
        this.accuracy = accuracy
        time = System.currentTimeMillis()
        elapsedRealtimeNanos = SystemClock.elapsedRealtimeNanos()
        isMock = mock
    }

    private fun places(what: (Place) -> Boolean, meanwhile: () -> Unit = {}): Place = runBlocking {
        val seen = async { withTimeout(5_000) { Positions(app).places().first(what) } }
        yield()
        yield()
        meanwhile()
        shadowOf(Looper.getMainLooper()).idle()
        seen.await()
    }

    @Test
    fun a_place_that_is_not_allowed_or_switched_off_is_said() {
        assertIs<Place.Denied>(places({ true }))
        allow(Manifest.permission.ACCESS_FINE_LOCATION)
        gps(false)
        assertIs<Place.Off>(places({ true }))
        gps(true)
        assertIs<Place.Searching>(places({ true }))
    }

    @Test
    fun a_place_keeps_its_accuracy_and_says_when_it_is_a_mock() {
        allow(Manifest.permission.ACCESS_FINE_LOCATION)
        gps(true)
        val known = assertIs<Place.Known>(places({ it is Place.Known }) { shadowOf(manager).simulateLocation(fix(4.9f, mock = true)) })
        assertEquals(476_000_000L, known.view.latE7)
        assertEquals(-1_223_000_000L, known.view.lonE7)
        assertEquals(490L, known.view.accuracyCm)
        assertTrue(known.view.mock)
        assertEquals("gnss", known.view.source)
        assertEquals(0, shadowOf(manager).getLocationUpdateListeners(LocationManager.GPS_PROVIDER).size)
    }

    @Test
    fun the_most_exact_place_counts_and_says_what_located_it() {
        allow(Manifest.permission.ACCESS_FINE_LOCATION)
        val providers = listOf(LocationManager.GPS_PROVIDER, LocationManager.NETWORK_PROVIDER, LocationManager.FUSED_PROVIDER)
        for (provider in providers) shadowOf(manager).setProviderEnabled(provider, true)

        fun source(vararg fixes: Location): String {
            val best = fixes.minOf { (it.accuracy * 100).toLong() }
            val known = places({ it is Place.Known && it.view.accuracyCm == best }) { fixes.forEach(shadowOf(manager)::simulateLocation) }
            return assertIs<Place.Known>(known).view.source
        }
        val vague = fix(40f, by = LocationManager.NETWORK_PROVIDER)
        assertEquals("network", source(vague))
        assertEquals("fused", source(vague, fix(9f, by = LocationManager.FUSED_PROVIDER)))
        assertEquals("gnss", source(vague, fix(9f, by = LocationManager.FUSED_PROVIDER), fix(4f)))
    }

    @Test
    fun the_plumb_line_hangs_down_however_the_phone_is_held() {
        assertEquals(0f, hang(0f, 9.8f))
        assertEquals(-90f, hang(-9.8f, 0f), "its right side is down")
        assertEquals(90f, hang(9.8f, 0f), "its left side is down")
        assertEquals(-45f, hang(-7f, 7f))
    }

    @Test
    fun a_place_without_accuracy_is_no_place() {
        assertIs<Place.Searching>(fix(5f).apply { removeAccuracy() }.asPlace())
    }

    @Test
    fun the_camera_is_the_one_on_the_back() {
        val cameras = app.service<CameraManager>()
        assertNull(Lens.back(cameras))
        for ((id, facing) in listOf("0" to CameraCharacteristics.LENS_FACING_FRONT, "1" to CameraCharacteristics.LENS_FACING_BACK)) {
            val about = ShadowCameraCharacteristics.newCameraCharacteristics()
            Shadow.extract<ShadowCameraCharacteristics>(about).set(CameraCharacteristics.LENS_FACING, facing)
            shadowOf(cameras).addCamera(id, about)
        }
        assertEquals("1", Lens.back(cameras))
    }

    @Test
    fun a_shot_without_an_open_camera_or_without_leave_is_a_fault() = runBlocking<Unit> {
        Lens(app).use { lens ->
            assertFailsWith<Fault.NotFound> { lens.shoot() }
        }
        assertEquals(false, Lens.allowed(app))
        allow(Manifest.permission.CAMERA)
        assertEquals(true, Lens.allowed(app))
    }

    @Test
    fun a_phone_without_a_lock_has_nothing_to_ask() = runBlocking {
        shadowOf(app.service<KeyguardManager>()).setIsDeviceSecure(false)
        assertEquals(Presence.NoLock, Door(app).ask(Question("Unlock", "Changed")))
    }

    @Test
    fun the_door_has_a_key_that_new_fingers_end() {
        val spec = Door(app).spec()
        assertTrue(spec.isUserAuthenticationRequired && spec.isInvalidatedByBiometricEnrollment)
        assertEquals(false, Door(app).changed())
    }
}
