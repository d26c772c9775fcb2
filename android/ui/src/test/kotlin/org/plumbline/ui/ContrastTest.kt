package org.plumbline.ui

import androidx.compose.ui.graphics.Color
import androidx.compose.ui.graphics.luminance
import org.junit.Test
import org.plumbline.ui.theme.CameraTokens
import org.plumbline.ui.theme.DarkTokens
import org.plumbline.ui.theme.LightTokens
import org.plumbline.ui.theme.SunlightTokens
import org.plumbline.ui.theme.Tokens
import kotlin.test.assertEquals

/** The contrasts that `interface.md`, section 1, promises: text 4.5, in sunlight 7; edges, icons and charts 3. */
class ContrastTest {
    private fun contrast(a: Color, b: Color): Float {
        val (dark, light) = listOf(a.luminance(), b.luminance()).sorted()
        return (light + 0.05f) / (dark + 0.05f)
    }

    private fun weak(of: Tokens): List<String> {
        val text = if (of.sunlight) 7f else 4.5f
        val plain = listOf(of.canvas, of.surface, of.hover)
        val tints = listOf(of.okTint, of.attentionTint, of.wrongTint)
        val pairs = listOf(
            Triple("text", of.text to plain + of.selection + tints, text),
            Triple("text 2", of.text2 to plain + of.selection + tints, text),
            Triple("text 3", of.text3 to plain, text),
            Triple("accent", of.accent to plain + of.selection, text),
            Triple("on accent", of.onAccent to listOf(of.accent), text),
            Triple("ok", of.ok to plain + of.selection + of.okTint, text),
            Triple("attention", of.attention to plain + of.selection + of.attentionTint, text),
            Triple("wrong", of.wrong to plain + of.selection + of.wrongTint, text),
            Triple("edge", of.edge to plain, 3f),
            Triple("chart edge", of.chartEdge to plain + of.chartFill, 3f),
        )
        return pairs.flatMap { (name, where, least) ->
            val (fore, grounds) = where
            grounds.filter { contrast(fore, it) < least }.map { "$name on $it is ${contrast(fore, it)}" }
        }
    }

    @Test
    fun light_can_be_read_on_everything_it_stands_on() = assertEquals(emptyList(), weak(LightTokens))

    @Test
    fun dark_can_be_read_on_everything_it_stands_on() = assertEquals(emptyList(), weak(DarkTokens))

    @Test
    fun sunlight_can_be_read_in_the_sun() = assertEquals(emptyList(), weak(SunlightTokens))

    @Test
    fun the_camera_can_be_read_on_black() = assertEquals(emptyList(), weak(CameraTokens))
}
