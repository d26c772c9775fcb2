//! Everybody converges once a bad network stops being bad.
