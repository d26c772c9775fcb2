package org.plumbline.platform

import android.content.Context
import android.provider.Settings
import java.io.File

private const val KERNEL = "/proc/sys/kernel/random/boot_id"

/** The name of this run of the phone, where the core cannot read the kernel's own: how often it was started. */
fun bootName(context: Context): String? {
    if (File(KERNEL).canRead()) return null
    val count = Settings.Global.getInt(context.contentResolver, Settings.Global.BOOT_COUNT, -1)
    return if (count < 0) null else "boot $count"
}
