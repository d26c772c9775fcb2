package org.plumbline.ui.theme

import androidx.compose.runtime.Immutable
import androidx.compose.ui.graphics.Color
import androidx.compose.ui.unit.Dp
import androidx.compose.ui.unit.dp

/** The colours and edges of one look: the table of `interface.md`, section 1. A test computes the contrasts anew. */
@Immutable
data class Tokens(
    val canvas: Color,
    val surface: Color,
    val hover: Color,
    val line: Color,
    val edge: Color,
    val text: Color,
    val text2: Color,
    val text3: Color,
    val accent: Color,
    val onAccent: Color,
    val selection: Color,
    val ok: Color,
    val okTint: Color,
    val attention: Color,
    val attentionTint: Color,
    val wrong: Color,
    val wrongTint: Color,
    val chartEdge: Color,
    val chartFill: Color,
    /** How thick the edge of what can be tapped is. */
    val stroke: Dp,
    val dark: Boolean,
    /** White ground, black edges, no tints, heavier type. */
    val sunlight: Boolean = false,
)

val LightTokens = Tokens(
    canvas = Color(0xFFFAFAF9),
    surface = Color(0xFFFFFFFF),
    hover = Color(0xFFEEEDE9),
    line = Color(0xFFE1E0DB),
    edge = Color(0xFF888680),
    text = Color(0xFF1C1B16),
    text2 = Color(0xFF51504A),
    text3 = Color(0xFF6B6963),
    accent = Color(0xFF224FC0),
    onAccent = Color(0xFFFFFFFF),
    selection = Color(0xFFE5EDFC),
    ok = Color(0xFF0E6936),
    okTint = Color(0xFFE2F6E6),
    attention = Color(0xFF8D5406),
    attentionTint = Color(0xFFFEF0D4),
    wrong = Color(0xFFB32322),
    wrongTint = Color(0xFFFFEBE8),
    chartEdge = Color(0xFF4A69B5),
    chartFill = Color(0xFFDBE3F5),
    stroke = 1.dp,
    dark = false,
)

val DarkTokens = Tokens(
    canvas = Color(0xFF121315),
    surface = Color(0xFF18191C),
    hover = Color(0xFF222428),
    line = Color(0xFF292B2F),
    edge = Color(0xFF71747C),
    text = Color(0xFFEDEEF0),
    text2 = Color(0xFFB5B7BD),
    text3 = Color(0xFF92959C),
    accent = Color(0xFF83ABF4),
    onAccent = Color(0xFF10131C),
    selection = Color(0xFF1E2D4C),
    ok = Color(0xFF72CF8E),
    okTint = Color(0xFF162F1E),
    attention = Color(0xFFEDBB64),
    attentionTint = Color(0xFF382810),
    wrong = Color(0xFFF28881),
    wrongTint = Color(0xFF451E1C),
    chartEdge = Color(0xFF7F9DE0),
    chartFill = Color(0xFF26365C),
    stroke = 1.dp,
    dark = true,
)

val SunlightTokens = Tokens(
    canvas = Color(0xFFFFFFFF),
    surface = Color(0xFFFFFFFF),
    hover = Color(0xFFE8E8E8),
    line = Color(0xFF484848),
    edge = Color(0xFF0B0B0B),
    text = Color(0xFF000000),
    text2 = Color(0xFF222222),
    text3 = Color(0xFF353535),
    accent = Color(0xFF0C33A0),
    onAccent = Color(0xFFFFFFFF),
    selection = Color(0xFFDEE8FD),
    ok = Color(0xFF034E21),
    okTint = Color(0xFFFFFFFF),
    attention = Color(0xFF6A3A06),
    attentionTint = Color(0xFFFFFFFF),
    wrong = Color(0xFF920B0D),
    wrongTint = Color(0xFFFFFFFF),
    chartEdge = Color(0xFF000000),
    chartFill = Color(0xFFE8E8E8),
    stroke = 2.dp,
    dark = false,
    sunlight = true,
)

/** The camera is dark in every look: the picture is what is looked at. */
val CameraTokens = DarkTokens.copy(
    canvas = Color(0xFF000000),
    surface = Color(0xFF000000),
    text = Color(0xFFFFFFFF),
    text2 = Color(0xFFD6D8DC),
    text3 = Color(0xFFB5B7BD),
)
