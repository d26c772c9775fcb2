//! A server under floods, bombs, slow and abusive clients.
