//! A keystore that is missing, locked, invalidated, slow or gone.
