// Declarations only.
