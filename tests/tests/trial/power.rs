//! What was committed survives a loss of power; what was not synced may be gone, never torn.
