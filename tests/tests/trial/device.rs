//! Devices that are cloned, restored, revoked, hostile or broken.
