//! A store that is damaged is noticed, moved aside, salvaged and rebuilt.
