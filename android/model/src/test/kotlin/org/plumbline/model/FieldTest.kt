package org.plumbline.model

import org.junit.jupiter.api.AfterEach
import java.io.File

/** One phone of a crew, the office, and the real server between them; gone after each test. */
abstract class FieldTest {
    protected val folder = temporary()
    private val server = Server(File(folder, "server"))
    protected val office = Office(File(folder, "office"), server)
    protected val phone = Phone(File(folder, "phone").apply { mkdirs() }, server.port)

    @AfterEach
    fun away() {
        phone.close()
        office.close()
        server.close()
        folder.deleteRecursively()
    }
}
