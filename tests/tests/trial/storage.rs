//! Full disks, failing disks, read-only and vanished folders.
