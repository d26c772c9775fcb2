package org.plumbline.platform

import android.Manifest
import android.annotation.SuppressLint
import android.content.Context
import android.content.pm.PackageManager
import android.graphics.ImageFormat
import android.hardware.camera2.CameraAccessException
import android.hardware.camera2.CameraCaptureSession
import android.hardware.camera2.CameraCharacteristics
import android.hardware.camera2.CameraDevice
import android.hardware.camera2.CameraManager
import android.hardware.camera2.CaptureRequest
import android.media.Image
import android.media.ImageReader
import android.os.Handler
import android.os.HandlerThread
import android.util.Size
import android.view.OrientationEventListener
import android.view.Surface
import android.view.SurfaceHolder
import kotlinx.coroutines.suspendCancellableCoroutine
import kotlinx.coroutines.sync.Mutex
import kotlinx.coroutines.sync.withLock
import org.plumbline.model.Optics
import org.plumbline.model.Setting
import org.plumbline.model.Shutter
import org.plumbline.protocol.Fault
import java.io.File
import java.io.FileOutputStream
import java.io.IOException
import kotlin.coroutines.resume
import kotlin.coroutines.resumeWithException

/**
 * The camera on the back, by camera2. A shot goes as the sensor's own JPEG into a file of the app and nowhere else: no gallery,
 * no copy, nothing that reads it before the core has hashed it.
 */
class Lens(private val context: Context) : Shutter, AutoCloseable {
    private val folder = File(context.noBackupFilesDir, "camera")
    private val turn = Mutex()
    private val thread = HandlerThread("camera").apply { start() }
    private val handler = Handler(thread.looper)

    @Volatile private var open: Open? = null

    @Volatile private var setting = Setting()
    private var held = 0

    /** How the phone is held, in quarter turns: pictures stand upright whatever the screen does. */
    private val tilt = object : OrientationEventListener(context) {
        override fun onOrientationChanged(orientation: Int) {
            if (orientation != ORIENTATION_UNKNOWN) held = (orientation + QUARTER / 2) / QUARTER * QUARTER % FULL
        }
    }

    /** A camera that is open, with what it draws on. */
    private class Open(
        val about: CameraCharacteristics,
        val device: CameraDevice,
        val reader: ImageReader,
        val session: CameraCaptureSession,
        val preview: Surface,
    )

    override val optics: Optics
        get() {
            val manager = context.service<CameraManager>()
            return back(manager)?.let { optics(manager.getCameraCharacteristics(it)) } ?: Optics()
        }

    override fun set(to: Setting) {
        setting = to
        handler.post {
            try {
                open?.let(::see)
            } catch (_: CameraAccessException) {
                // It went away: whoever opens it again sees by the new setting.
            } catch (_: IllegalStateException) {
                // It was closed just now: the same.
            }
        }
    }

    /** Shows what the lens sees by its setting, until told otherwise. */
    private fun see(now: Open) {
        val request = now.device.createCaptureRequest(CameraDevice.TEMPLATE_PREVIEW).apply {
            addTarget(now.preview)
            zoom(now.about, setting.zoom)
        }
        now.session.setRepeatingRequest(request.build(), null, handler)
    }

    /** Shows what the lens sees on [preview] until [stop]. */
    suspend fun show(preview: Surface) = turn.withLock {
        close(open)
        open = null
        if (!allowed(context)) throw Fault.Denied()
        val manager = context.service<CameraManager>()
        val id = back(manager) ?: throw Fault.NotFound()
        val about = manager.getCameraCharacteristics(id)
        val size = largest(about) ?: throw Fault.NotFound()
        val device = openCamera(manager, id)
        val reader = ImageReader.newInstance(size.width, size.height, ImageFormat.JPEG, IMAGES)
        val session = session(device, listOf(preview, reader.surface))
        val next = Open(about, device, reader, session, preview)
        open = next
        see(next)
        tilt.enable()
    }

    /** The size in which the lens is shown: of the shape of its pictures, and no larger than a screen needs. */
    fun previewSize(): Size? {
        val manager = context.service<CameraManager>()
        val about = back(manager)?.let(manager::getCameraCharacteristics) ?: return null
        val whole = largest(about) ?: return null
        val sizes = about.get(CameraCharacteristics.SCALER_STREAM_CONFIGURATION_MAP)?.getOutputSizes(SurfaceHolder::class.java).orEmpty()
        return sizes.filter { it.width <= SEEN && it.width * whole.height == it.height * whole.width }.maxByOrNull { it.width }
    }

    /** Lets go of the camera. */
    suspend fun stop() = turn.withLock {
        tilt.disable()
        close(open)
        open = null
    }

    override suspend fun shoot(): File = turn.withLock {
        val now = open ?: throw Fault.NotFound()
        val image = capture(now)
        try {
            folder.mkdirs()
            val file = File.createTempFile("shot", ".jpg", folder)
            val bytes = image.planes[0].buffer
            FileOutputStream(file).use {
                while (bytes.hasRemaining()) it.channel.write(bytes)
                it.fd.sync()
            }
            file
        } catch (_: IOException) {
            throw Fault.StorageFull()
        } finally {
            image.close()
        }
    }

    private suspend fun capture(now: Open): Image = suspendCancellableCoroutine { waits ->
        now.reader.setOnImageAvailableListener({ reader ->
            val image = reader.acquireNextImage()
            if (image != null && waits.isActive) waits.resume(image) else image?.close()
        }, handler)
        val request = now.device.createCaptureRequest(CameraDevice.TEMPLATE_STILL_CAPTURE).apply {
            addTarget(now.reader.surface)
            zoom(now.about, setting.zoom)
            if (setting.flash) flash()
            set(CaptureRequest.JPEG_ORIENTATION, (turned(now.about) + held) % FULL)
            set(CaptureRequest.JPEG_QUALITY, QUALITY)
        }
        now.session.capture(request.build(), null, handler)
    }

    @SuppressLint("MissingPermission")
    private suspend fun openCamera(manager: CameraManager, id: String): CameraDevice = suspendCancellableCoroutine { waits ->
        manager.openCamera(
            id,
            object : CameraDevice.StateCallback() {
                override fun onOpened(camera: CameraDevice) = if (waits.isActive) waits.resume(camera) else camera.close()

                override fun onDisconnected(camera: CameraDevice) = fail(camera)

                override fun onError(camera: CameraDevice, error: Int) = fail(camera)

                private fun fail(camera: CameraDevice) {
                    camera.close()
                    if (waits.isActive) waits.resumeWithException(Fault.Busy(1u))
                }
            },
            handler,
        )
    }

    // The form of API 28 and later wants an executor and says the same.
    @Suppress("DEPRECATION")
    private suspend fun session(device: CameraDevice, onto: List<Surface>): CameraCaptureSession = suspendCancellableCoroutine { waits ->
        device.createCaptureSession(
            onto,
            object : CameraCaptureSession.StateCallback() {
                override fun onConfigured(session: CameraCaptureSession) = waits.resume(session)

                override fun onConfigureFailed(session: CameraCaptureSession) = waits.resumeWithException(Fault.Busy(1u))
            },
            handler,
        )
    }

    private fun close(what: Open?) {
        what?.session?.close()
        what?.device?.close()
        what?.reader?.close()
    }

    override fun close() {
        close(open)
        open = null
        thread.quitSafely()
    }

    companion object {
        private const val IMAGES = 2
        private const val QUARTER = 90
        private const val FULL = 360
        private const val SEEN = 1440
        private const val QUALITY: Byte = 92

        /** Whether the person allows the camera. */
        fun allowed(context: Context): Boolean =
            context.checkSelfPermission(Manifest.permission.CAMERA) == PackageManager.PERMISSION_GRANTED

        /** The camera on the back. */
        internal fun back(manager: CameraManager): String? = manager.cameraIdList.firstOrNull {
            manager.getCameraCharacteristics(it).get(CameraCharacteristics.LENS_FACING) == CameraCharacteristics.LENS_FACING_BACK
        }

        private fun turned(about: CameraCharacteristics): Int = about.get(CameraCharacteristics.SENSOR_ORIENTATION) ?: 0

        /** Its largest JPEG. */
        internal fun largest(about: CameraCharacteristics): Size? =
            about.get(CameraCharacteristics.SCALER_STREAM_CONFIGURATION_MAP)?.getOutputSizes(ImageFormat.JPEG)
                ?.maxByOrNull { it.width.toLong() * it.height }
    }
}
