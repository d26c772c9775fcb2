package org.plumbline.ui.theme

import androidx.compose.foundation.isSystemInDarkTheme
import androidx.compose.material3.LocalContentColor
import androidx.compose.material3.LocalTextStyle
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.Typography
import androidx.compose.material3.darkColorScheme
import androidx.compose.material3.lightColorScheme
import androidx.compose.runtime.Composable
import androidx.compose.runtime.CompositionLocalProvider
import androidx.compose.runtime.ReadOnlyComposable
import androidx.compose.runtime.remember
import androidx.compose.runtime.staticCompositionLocalOf
import androidx.compose.ui.text.font.FontFamily
import org.plumbline.model.Language
import org.plumbline.model.Look
import org.plumbline.model.Words

private val LocalTokens = staticCompositionLocalOf { LightTokens }
private val LocalType = staticCompositionLocalOf { Type(FontFamily.Default, sunlight = false) }
private val LocalFont = staticCompositionLocalOf<FontFamily> { FontFamily.Default }
private val LocalWords = staticCompositionLocalOf { Words.of(Language.English) }

/** What a composable looks like and speaks: `Plumb.tokens`, `Plumb.type`, `Plumb.words`. */
object Plumb {
    val tokens: Tokens
        @Composable @ReadOnlyComposable
        get() = LocalTokens.current
    val type: Type
        @Composable @ReadOnlyComposable
        get() = LocalType.current
    val words: Words
        @Composable @ReadOnlyComposable
        get() = LocalWords.current
}

/** The look and the language of everything in [content]. */
@Composable
fun PlumblineTheme(look: Look, words: Words, font: FontFamily, content: @Composable () -> Unit) {
    val tokens = when (look) {
        Look.System -> if (isSystemInDarkTheme()) DarkTokens else LightTokens
        Look.Light -> LightTokens
        Look.Dark -> DarkTokens
        Look.Sunlight -> SunlightTokens
    }
    CompositionLocalProvider(LocalWords provides words, LocalFont provides font) { WithTokens(tokens, content) }
}

/** [content] in the colours of [tokens]: for what keeps its own look, as the camera does. */
@Composable
fun WithTokens(tokens: Tokens, content: @Composable () -> Unit) {
    val font = LocalFont.current
    val type = remember(font, tokens.sunlight) { Type(font, tokens.sunlight) }
    MaterialTheme(colorScheme = remember(tokens) { scheme(tokens) }, typography = remember(type) { typography(type) }) {
        CompositionLocalProvider(
            LocalTokens provides tokens,
            LocalType provides type,
            LocalContentColor provides tokens.text,
            LocalTextStyle provides type.body,
            content = content,
        )
    }
}

/** What Material's own parts (fields, switches) take from the tokens. */
private fun scheme(of: Tokens) = (if (of.dark) darkColorScheme() else lightColorScheme()).copy(
    primary = of.accent,
    onPrimary = of.onAccent,
    secondary = of.accent,
    background = of.canvas,
    onBackground = of.text,
    surface = of.surface,
    onSurface = of.text,
    surfaceVariant = of.hover,
    onSurfaceVariant = of.text2,
    surfaceContainerHighest = of.hover,
    outline = of.edge,
    outlineVariant = of.line,
    error = of.wrong,
)

private fun typography(of: Type) = Typography(bodyLarge = of.body, bodyMedium = of.small, bodySmall = of.meta, labelLarge = of.button)
