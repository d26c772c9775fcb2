//! Clocks that step, stop and lie; the printed interval holds the true time.
