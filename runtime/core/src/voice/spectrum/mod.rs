//! What a frame's spectrum tells: loudness, balance, flux, cepstra, harmonics.
