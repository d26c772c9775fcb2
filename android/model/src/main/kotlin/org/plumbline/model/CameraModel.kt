package org.plumbline.model

import kotlinx.coroutines.coroutineScope
import kotlinx.coroutines.launch
import org.plumbline.core.CaptureRequest
import org.plumbline.core.PhotoView
import org.plumbline.core.PhotosRequest
import org.plumbline.core.RoomView
import org.plumbline.core.Source
import org.plumbline.protocol.Fault
import java.io.File

/** Takes pictures: a phone's camera, or a folder of pictures in its place. */
fun interface Shutter {
    /** Takes one and answers its file, untouched: the core is the first that reads it. */
    suspend fun shoot(): File
}

/** What stands beside the picture before it is taken. */
data class CameraState(
    val projects: List<Project> = emptyList(),
    val project: Project? = null,
    val place: Place = Place.Searching,
    val contact: Long? = null,
    val checked: Boolean = false,
    val room: RoomView? = null,
    val last: PhotoView? = null,
    val busy: Boolean = false,
    val choosing: Boolean = false,
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

    /** Shows the projects to choose from. */
    fun change()

    /** Takes the next photographs for this project. */
    fun choose(project: Project)
}

/** The camera: quality of time and place before the shot, room, and the shot itself. */
class CameraModel(core: Core, private val shutter: Shutter, start: Project?) :
    ScreenModel<CameraState>(core, CameraState(project = start)), CameraDeeds {

    override suspend fun watch() = coroutineScope {
        launch { core.device.place.collect { place -> update { it.copy(place = place) } } }
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
                contact = status.contact,
                checked = status.contact.let { at -> at != null && at >= core.device.started },
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

    override fun change() = update { it.copy(choosing = !it.choosing) }

    override fun choose(project: Project) = update { it.copy(project = project, choosing = false) }
}
