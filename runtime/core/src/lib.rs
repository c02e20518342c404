//! The part of slap-edge that runs everywhere: from samples to log-mel frames
//! and to measures of the voice, and from an embedding to a decision.
//!
//! The crate follows the audio, top to bottom:
//!
//! 1. [`quality`] watches the samples themselves: level, clipping, noise,
//!    bandwidth, dropouts, how much is voiced. Its verdict decides whether a
//!    score may be reported at all.
//! 2. [`front_end`] turns samples into log-mel frames: framer, window,
//!    spectrum, mel filters, logarithm, normalisation. Every convention is an
//!    enum in [`front_end::FrontEndSpec`], checked once when the plan is built.
//! 3. [`voice`] measures what needs no training: pitch, jitter, shimmer,
//!    harmonics-to-noise ratio, formants, loudness and their statistics.
//! 4. An audio tower, which is not here, turns frames into a unit embedding.
//! 5. [`score`] compares the embedding with prompt embeddings and turns
//!    cosines into calibrated probabilities, percentiles and events.
//!
//! # What it does not do
//!
//! It has no allocator, no clock, no logging and no input or output. Memory is
//! the caller's: buffers are passed in, and their lengths are asked for
//! beforehand. Time is a frame index. It knows nothing of neural networks'
//! file formats, and it never resamples.
//!
//! # Features
//!
//! - `std`: the [realfft](https://docs.rs/realfft) transform for every length,
//!   constructors that take their memory from the heap once, at construction
//!   (nothing allocates afterwards), and the instructions that the processor
//!   turns out to have for comparing embeddings, with the same results to the bit.
//! - `microfft`: the [microfft](https://docs.rs/microfft) transform for
//!   power-of-two lengths, without a heap.
#![no_std]

#[cfg(feature = "std")]
extern crate std;

pub mod front_end;
pub mod quality;
pub mod score;
mod simd;
pub mod voice;
