package org.plumbline.model

import kotlinx.coroutines.coroutineScope
import kotlinx.coroutines.flow.map
import kotlinx.coroutines.launch
import org.plumbline.core.CaptureRequest
import org.plumbline.core.PhotoView
import org.plumbline.core.PhotosRequest
import org.plumbline.core.RoomView
import org.plumbline.core.Source
import org.plumbline.protocol.Fault
import java.io.File

/** What a lens can: the factors that it zooms by, where there is more than one, and whether it has a flash. */
data class Optics(val factors: List<Float> = emptyList(), val flash: Boolean = false)

/** How the lens is set for the next picture. */
data class Setting(val zoom: Float = 1f, val flash: Boolean = false)

/** Takes pictures: a phone's camera, or a folder of pictures in its place. */
fun interface Shutter {
    /** Takes one and answers its file, untouched: the core is the first that reads it. */
    suspend fun shoot(): File

    /** What can be set. */
    val optics: Optics get() = Optics()

    /** Sets what is seen and shot from now on. */
    fun set(to: Setting) = Unit
}

/** What stands beside the picture before it is taken. */
data class CameraState(
    val projects: List<Project> = emptyList(),
    val project: Project? = null,
    val here: Here = Here(),
    val room: RoomView? = null,
    val last: PhotoView? = null,
    val busy: Boolean = false,
    val choosing: Boolean = false,
    val optics: Optics = Optics(),
    val setting: Setting = Setting(),
) {
    /** How many more photographs of the usual size there is room for. */
    val left: Long? get() = room?.let { if (it.needed == 0uL) null else (it.free / it.needed).toLong() }

    /** Whether the shutter does something. */
    val ready: Boolean get() = !busy && project != null && room?.capture == true
}

/** What can be done on the camera. */
interface CameraDeeds {
    /** The shutter, on the screen or a volume key. */
    fun shoot()

    /** Sees and shoots by this factor of the lens. */
    fun zoom(factor: Float)

    /** The next pictures are taken with the flash, or without. */
    fun flash(on: Boolean)

    /** Shows the projects to choose from. */
    fun change()

    /** Takes the next photographs for this project. */
    fun choose(project: Project)
}

/** The camera: quality of time and place before the shot, room, and the shot itself. */
class CameraModel(core: Core, private val shutter: Shutter, start: Project?) :
    ScreenModel<CameraState>(core, CameraState(project = start, optics = shutter.optics)), CameraDeeds {
    init {
        // A lens that was set before starts anew.
        shutter.set(state.setting)
    }

    override suspend fun watch() = coroutineScope {
        launch { core.here(shown.map { it.state.project?.id }).collect { here -> update { it.copy(here = here) } } }
        super.watch()
    }

    override suspend fun read() {
        val status = core.client.status()
        val projects = core.names.projects()
        val room = core.client.room()
        val last = core.client.photos(PhotosRequest(by = status.member, limit = 1u)).photos.firstOrNull()
        update {
            it.copy(
                projects = projects,
                project = projects.find { known -> known.id == it.project?.id } ?: projects.firstOrNull(),
                room = room,
                last = last,
            )
        }
    }

    override fun shoot() {
        val project = state.project
        if (!state.ready || project == null) return
        update { it.copy(busy = true) }
        act {
            try {
                if (!core.client.room().capture) throw Fault.StorageFull()
                val place = core.device.place.value.recent(System.currentTimeMillis())
                val file = shutter.shoot()
                val request = CaptureRequest(path = file.path, project = project.id, source = Source.CAMERA, tags = emptyList(), place = place)
                core.client.capture(request)
                // The sealed copy is durable: the camera's own file is of no more use.
                file.delete()
                core.thumbnails.makeDue()
            } finally {
                update { it.copy(busy = false) }
            }
        }
    }

    override fun zoom(factor: Float) = set(state.setting.copy(zoom = factor))

    override fun flash(on: Boolean) = set(state.setting.copy(flash = on))

    private fun set(setting: Setting) {
        update { it.copy(setting = setting) }
        shutter.set(setting)
    }

    override fun change() = update { it.copy(choosing = !it.choosing) }

    override fun choose(project: Project) = update { it.copy(project = project, choosing = false) }
}
