package org.plumbline.platform

import android.content.Context

/** A service of the system. Its nullability differs between API levels; one that we name is always there. */
inline fun <reified T : Any> Context.service(): T = requireNotNull(getSystemService(T::class.java))
