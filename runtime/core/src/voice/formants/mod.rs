//! Resonances of the vocal tract, by linear prediction.
