//! Who is connected is woken, and only who may be.
