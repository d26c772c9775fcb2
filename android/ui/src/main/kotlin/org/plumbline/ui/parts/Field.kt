package org.plumbline.ui.parts

import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.shape.RoundedCornerShape
import androidx.compose.foundation.text.KeyboardOptions
import androidx.compose.material3.OutlinedTextField
import androidx.compose.runtime.Composable
import androidx.compose.ui.Modifier
import androidx.compose.ui.text.input.KeyboardCapitalization
import androidx.compose.ui.text.input.KeyboardType
import androidx.compose.ui.unit.dp
import org.plumbline.ui.theme.Plumb

/** A field to type in, with its label and what helps to fill it in. */
@Composable
fun Field(
    label: String,
    value: String,
    onChange: (String) -> Unit,
    modifier: Modifier = Modifier,
    hint: String? = null,
    lines: Int = 1,
    number: Boolean = false,
    enabled: Boolean = true,
) = OutlinedTextField(
    value = value,
    onValueChange = onChange,
    modifier = modifier.fillMaxWidth(),
    enabled = enabled,
    label = { Line(label, style = Plumb.type.meta) },
    supportingText = hint?.let { { Line(it, style = Plumb.type.meta, color = Plumb.tokens.text2) } },
    textStyle = Plumb.type.body,
    singleLine = lines == 1,
    minLines = lines,
    maxLines = maxOf(lines, 6).takeIf { lines > 1 } ?: 1,
    keyboardOptions = KeyboardOptions(
        capitalization = KeyboardCapitalization.Sentences,
        keyboardType = if (number) KeyboardType.Number else KeyboardType.Text,
    ),
    shape = RoundedCornerShape(10.dp),
)
