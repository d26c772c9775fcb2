package org.plumbline.app

import android.view.SurfaceHolder
import android.view.SurfaceView
import androidx.compose.foundation.layout.Box
import androidx.compose.foundation.layout.aspectRatio
import androidx.compose.runtime.Composable
import androidx.compose.runtime.DisposableEffect
import androidx.compose.runtime.LaunchedEffect
import androidx.compose.runtime.collectAsState
import androidx.compose.runtime.getValue
import androidx.compose.runtime.mutableStateOf
import androidx.compose.runtime.remember
import androidx.compose.runtime.setValue
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.platform.LocalContext
import androidx.compose.ui.viewinterop.AndroidView
import org.plumbline.platform.Lens
import org.plumbline.platform.Tilt
import org.plumbline.protocol.Fault
import org.plumbline.ui.parts.PlumbLine
import org.plumbline.ui.screens.NoPreview
import org.plumbline.ui.theme.Plumb

/** What the lens sees, for as long as it is shown; letting go of it [outlive]s the screen. */
@Composable
internal fun Preview(lens: Lens, outlive: (suspend () -> Unit) -> Unit, modifier: Modifier) {
    var surface by remember { mutableStateOf<SurfaceHolder?>(null) }
    var refused by remember { mutableStateOf(false) }
    val context = LocalContext.current
    if (refused) {
        NoPreview(modifier, Plumb.words("camera.no_lens"))
        return
    }
    val size = remember(lens) { if (Lens.allowed(context)) lens.previewSize() else null }
    // The sensor lies on its side in a phone that stands.
    val shape = size?.let { it.height.toFloat() / it.width } ?: USUAL
    Box(modifier, Alignment.Center) {
        AndroidView(
            { SurfaceView(it).apply { holder.addCallback(Seen { held -> surface = held }) } },
            Modifier.aspectRatio(shape),
            { view -> size?.let { view.holder.setFixedSize(it.width, it.height) } },
        )
        val lean by remember(context) { Tilt(context).degrees() }.collectAsState(null)
        lean?.let { PlumbLine(it) }
    }
    LaunchedEffect(surface) {
        val onto = surface?.surface ?: return@LaunchedEffect
        try {
            lens.show(onto)
        } catch (_: Fault) {
            refused = true
        }
    }
    DisposableEffect(lens) {
        onDispose { outlive(lens::stop) }
    }
}

/** Width to height of most phones' pictures. */
private const val USUAL = 3f / 4f

/** Tells which surface there is to draw on. */
private class Seen(private val told: (SurfaceHolder?) -> Unit) : SurfaceHolder.Callback {
    override fun surfaceCreated(holder: SurfaceHolder) = told(holder)

    override fun surfaceChanged(holder: SurfaceHolder, format: Int, width: Int, height: Int) = Unit

    override fun surfaceDestroyed(holder: SurfaceHolder) = told(null)
}
