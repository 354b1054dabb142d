//! Data to look at and to measure with.
