package org.plumbline.ui.theme

import androidx.compose.runtime.Immutable
import androidx.compose.ui.text.TextStyle
import androidx.compose.ui.text.font.FontFamily
import androidx.compose.ui.text.font.FontWeight
import androidx.compose.ui.unit.TextUnit
import androidx.compose.ui.unit.sp

/** The sizes of text on a phone. In sunlight each weight is one step heavier. */
@Immutable
class Type(font: FontFamily, sunlight: Boolean) {
    private val regular = if (sunlight) FontWeight.Medium else FontWeight.Normal
    private val medium = if (sunlight) FontWeight.SemiBold else FontWeight.Medium
    private val strong = if (sunlight) FontWeight.Bold else FontWeight.SemiBold
    private val base = TextStyle(fontFamily = font)

    val tab = style(13.sp, 16.sp, medium)
    val meta = style(14.sp, 20.sp, regular)
    val small = style(16.sp, 22.sp, regular)
    val smallStrong = style(16.sp, 22.sp, strong)
    val body = style(17.sp, 24.sp, regular)
    val bodyStrong = style(17.sp, 24.sp, strong)
    val button = style(18.sp, 24.sp, strong)
    val heading = style(20.sp, 26.sp, strong)
    val title = style(22.sp, 28.sp, strong)
    val clock = style(62.sp, 64.sp, FontWeight.Bold).copy(letterSpacing = (-1).sp, fontFeatureSettings = TABULAR)
    val figure = small.copy(fontFeatureSettings = TABULAR)
    val clockUnit = style(26.sp, 64.sp, strong)
    val hash = style(14.sp, 20.sp, regular).copy(fontFamily = FontFamily.Monospace)

    private companion object {
        /** Figures of one width, for columns. */
        const val TABULAR = "tnum"
    }

    private fun style(size: TextUnit, line: TextUnit, weight: FontWeight) = base.copy(fontSize = size, lineHeight = line, fontWeight = weight)
}
