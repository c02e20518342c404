//! What all streams of one front end share: the tables.

use super::fft::RealFft;
use super::framer::{Frame, Geometry};
use super::mel::{FilterBank, LANES};
use super::spec::{FrontEndSpec, SpecError, Spectrum};
use super::stream::Stream;
use super::{log, normalise, window};

/// A front end ready to run: its specification, tables and transform.
///
/// Immutable and shared; a [`Stream`] is made from it for each stream of
/// audio. `F` is the transform, `T` the memory of the tables.
#[derive(Clone, Debug)]
pub struct Plan<F, T> {
    spec: FrontEndSpec,
    geometry: Geometry,
    filters: FilterBank,
    fft: F,
    /// The window, then the filters' weights.
    tables: T,
}

impl<F: RealFft, T: AsRef<[f32]> + AsMut<[f32]>> Plan<F, T> {
    /// Builds the tables in `tables`, which holds at least
    /// [`FrontEndSpec::table_len`] values.
    ///
    /// # Errors
    ///
    /// [`SpecError`] if a field is out of its range, the transform has another
    /// length than the specification, or the memory is too short.
    pub fn new_in(spec: &FrontEndSpec, fft: F, mut tables: T) -> Result<Self, SpecError> {
        spec.check()?;
        if fft.length() != spec.fft_length {
            return Err(SpecError::FftLength { expected: spec.fft_length, got: fft.length() });
        }
        check_len("table", spec.table_len(), tables.as_ref().len())?;
        let (taper, weights) = tables.as_mut().split_at_mut(spec.frame_length);
        // Every step before the window is linear, so its factor serves for the
        // samples' factor too.
        window::fill(spec.window, spec.input_scale, taper);
        let filters = FilterBank::new(spec, weights);
        Ok(Self { spec: *spec, geometry: Geometry::new(spec), filters, fft, tables })
    }
}

impl<F: RealFft, T: AsRef<[f32]>> Plan<F, T> {
    /// What the front end computes.
    pub fn spec(&self) -> &FrontEndSpec {
        &self.spec
    }

    /// Number of values in a frame.
    pub fn bands(&self) -> usize {
        self.spec.bands
    }

    /// Number of frames of a clip of `samples` samples.
    pub fn frames(&self, samples: u64) -> u64 {
        self.geometry.frames(samples)
    }

    /// Length, in `f32`, of the memory that [`Plan::stream_in`] wants.
    pub fn buffer_len(&self) -> usize {
        self.geometry.buffer_len() + self.spec.bins() + LANES - 1 + self.spec.bands
    }

    /// Starts a stream in the caller's memory, at least
    /// [`Plan::buffer_len`] values.
    ///
    /// # Errors
    ///
    /// [`SpecError::BufferTooShort`].
    pub fn stream_in<B: AsRef<[f32]> + AsMut<[f32]>>(
        &self,
        buffer: B,
    ) -> Result<Stream<F, B>, SpecError> {
        check_len("stream", self.buffer_len(), buffer.as_ref().len())?;
        Ok(Stream::new(self.fft.buffers(), buffer))
    }

    /// Applies the normalisation of a whole clip, where the specification has
    /// one (see [`Normalise`](super::Normalise)), to its frames, `[frames,
    /// bands]` row by row. A specification without one leaves them as they are.
    pub fn normalise_clip(&self, frames: &mut [f32]) {
        normalise::clip(&self.spec.normalise, frames, self.spec.bands);
    }

    pub(super) fn geometry(&self) -> &Geometry {
        &self.geometry
    }

    /// One frame, from samples to log-mel values in `out`. `spectrum` holds
    /// `bins + LANES - 1` values.
    pub(super) fn compute(
        &self,
        frame: &Frame<'_>,
        fft_buffers: &mut F::Buffers,
        spectrum: &mut [f32],
        out: &mut [f32],
    ) {
        let spec = &self.spec;
        let (taper, weights) = self.tables.as_ref().split_at(spec.frame_length);
        let input = self.fft.input(fft_buffers);
        let (head, tail) = input.split_at_mut(spec.frame_length);
        tail.fill(0.0);
        let plain = !spec.remove_dc && spec.pre_emphasis == 0.0;
        match frame.contiguous() {
            Some(samples) if plain => {
                for ((value, sample), taper) in head.iter_mut().zip(samples).zip(taper) {
                    *value = sample * taper;
                }
            }
            _ => {
                match frame.contiguous() {
                    Some(samples) => head.copy_from_slice(samples),
                    None => frame.gather(head),
                }
                if spec.remove_dc {
                    remove_dc(head);
                }
                if spec.pre_emphasis != 0.0 {
                    pre_emphasise(head, spec.pre_emphasis);
                }
                for (value, taper) in head.iter_mut().zip(taper) {
                    *value *= taper;
                }
            }
        }
        self.fft.power(fft_buffers, spectrum);
        if spec.spectrum == Spectrum::Magnitude {
            for value in spectrum[..spec.bins()].iter_mut() {
                *value = libm::sqrtf(*value);
            }
        }
        self.filters.apply(weights, spectrum, out);
        log::apply(spec.log, spec.log_floor, spec.log_floor_mode, out);
        normalise::frame(&spec.normalise, out);
    }
}

fn check_len(what: &'static str, expected: usize, got: usize) -> Result<(), SpecError> {
    if got < expected {
        return Err(SpecError::BufferTooShort { what, expected, got });
    }
    Ok(())
}

/// Subtracts the frame's mean.
fn remove_dc(frame: &mut [f32]) {
    let mean = frame.iter().sum::<f32>() / frame.len() as f32;
    for value in frame {
        *value -= mean;
    }
}

/// `y[i] = x[i] - c x[i - 1]`, with `x[-1] = x[0]`.
fn pre_emphasise(frame: &mut [f32], coefficient: f32) {
    let mut previous = frame[0];
    for value in frame {
        let current = *value;
        *value = current - coefficient * previous;
        previous = current;
    }
}

#[cfg(feature = "std")]
mod on_heap {
    use super::super::fft::StdFft;
    use super::super::stream::StdStream;
    use super::{FrontEndSpec, Plan, SpecError, Stream};
    use crate::front_end::RealFft;
    use std::{boxed::Box, vec};

    /// A plan whose tables lie on the heap.
    pub type StdPlan = Plan<StdFft, Box<[f32]>>;

    impl StdPlan {
        /// Builds a front end, its memory taken from the heap.
        ///
        /// # Errors
        ///
        /// [`SpecError`] if a field is out of its range.
        pub fn new(spec: &FrontEndSpec) -> Result<Self, SpecError> {
            spec.check()?;
            let fft = StdFft::new(spec.fft_length);
            Self::new_in(spec, fft, vec![0.0; spec.table_len()].into())
        }

        /// Starts a stream, its memory taken from the heap. Nothing allocates
        /// afterwards.
        pub fn stream(&self) -> StdStream {
            Stream::new(self.fft.buffers(), vec![0.0; self.buffer_len()].into())
        }
    }
}

#[cfg(feature = "std")]
pub use on_heap::StdPlan;
