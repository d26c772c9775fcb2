package org.plumbline.app

import android.view.SurfaceHolder
import android.view.SurfaceView
import androidx.compose.runtime.Composable
import androidx.compose.runtime.DisposableEffect
import androidx.compose.runtime.LaunchedEffect
import androidx.compose.runtime.getValue
import androidx.compose.runtime.mutableStateOf
import androidx.compose.runtime.remember
import androidx.compose.runtime.setValue
import androidx.compose.ui.Modifier
import androidx.compose.ui.viewinterop.AndroidView
import org.plumbline.platform.Lens
import org.plumbline.protocol.Fault
import org.plumbline.ui.screens.NoPreview
import org.plumbline.ui.theme.Plumb

/** What the lens sees, for as long as it is shown; letting go of it [outlive]s the screen. */
@Composable
internal fun Preview(lens: Lens, outlive: (suspend () -> Unit) -> Unit, modifier: Modifier) {
    var surface by remember { mutableStateOf<SurfaceHolder?>(null) }
    var refused by remember { mutableStateOf(false) }
    if (refused) {
        NoPreview(modifier, Plumb.words("camera.no_lens"))
        return
    }
    AndroidView({ context -> SurfaceView(context).apply { holder.addCallback(Seen { surface = it }) } }, modifier)
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

/** Tells which surface there is to draw on. */
private class Seen(private val told: (SurfaceHolder?) -> Unit) : SurfaceHolder.Callback {
    override fun surfaceCreated(holder: SurfaceHolder) = told(holder)

    override fun surfaceChanged(holder: SurfaceHolder, format: Int, width: Int, height: Int) = Unit

    override fun surfaceDestroyed(holder: SurfaceHolder) = told(null)
}
