//! How much of a frame repeats from period to period.
