package org.plumbline.ui.parts

import androidx.compose.foundation.Image
import androidx.compose.foundation.background
import androidx.compose.foundation.layout.Box
import androidx.compose.runtime.Composable
import androidx.compose.runtime.getValue
import androidx.compose.runtime.produceState
import androidx.compose.runtime.staticCompositionLocalOf
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.graphics.ImageBitmap
import androidx.compose.ui.layout.ContentScale
import androidx.compose.ui.unit.dp
import org.plumbline.ui.theme.Icons
import org.plumbline.ui.theme.Plumb

/** Gives the small picture of a photograph, or nothing: the shell decodes what the core keeps. */
fun interface Pictures {
    suspend fun of(photo: String): ImageBitmap?
}

/** Where small pictures come from. */
val LocalPictures = staticCompositionLocalOf { Pictures { null } }

/**
 * The small picture of a photograph, or its place. What is around it says what it is; [made] turns
 * true when there is one.
 */
@Composable
fun Thumb(photo: String, modifier: Modifier = Modifier, made: Boolean = true) {
    val pictures = LocalPictures.current
    val picture by produceState<ImageBitmap?>(null, photo, made, pictures) { value = pictures.of(photo) }
    Box(modifier.background(Plumb.tokens.hover), Alignment.Center) {
        when (val known = picture) {
            null -> Shape(Icons.Picture, size = 24.dp, color = Plumb.tokens.text3)
            else -> Image(known, contentDescription = null, modifier = Modifier.matchParentSize(), contentScale = ContentScale.Crop)
        }
    }
}
