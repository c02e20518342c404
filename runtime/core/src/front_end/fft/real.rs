//! The transform of the realfft crate: any even length, SIMD chosen at run
//! time.

use super::RealFft;
use core::fmt;
use realfft::num_complex::Complex32;
use realfft::{RealFftPlanner, RealToComplex};
use std::{boxed::Box, sync::Arc, vec};

/// A real transform of any even length, by [realfft](https://docs.rs/realfft).
#[derive(Clone)]
pub struct StdFft(Arc<dyn RealToComplex<f32>>);

/// Working memory of [`StdFft`].
#[derive(Debug)]
pub struct Buffers {
    input: Box<[f32]>,
    spectrum: Box<[Complex32]>,
    scratch: Box<[Complex32]>,
}

impl StdFft {
    /// Plans a transform of `length` samples.
    pub fn new(length: usize) -> Self {
        Self(RealFftPlanner::new().plan_fft_forward(length))
    }

    fn transform<'b>(&self, buffers: &'b mut Buffers) -> &'b [Complex32] {
        let Buffers { input, spectrum, scratch } = buffers;
        // The only errors are wrong lengths, and `buffers` made them all.
        let outcome = self.0.process_with_scratch(input, spectrum, scratch);
        debug_assert!(outcome.is_ok(), "{outcome:?}");
        spectrum
    }
}

impl fmt::Debug for StdFft {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("StdFft").field(&self.0.len()).finish()
    }
}

impl RealFft for StdFft {
    type Buffers = Buffers;

    fn length(&self) -> usize {
        self.0.len()
    }

    fn buffers(&self) -> Buffers {
        Buffers {
            input: vec![0.0; self.0.len()].into(),
            spectrum: vec![Complex32::default(); self.0.complex_len()].into(),
            scratch: vec![Complex32::default(); self.0.get_scratch_len()].into(),
        }
    }

    fn input<'b>(&self, buffers: &'b mut Buffers) -> &'b mut [f32] {
        &mut buffers.input
    }

    fn power(&self, buffers: &mut Buffers, power: &mut [f32]) {
        for (power, bin) in power.iter_mut().zip(self.transform(buffers)) {
            *power = bin.re * bin.re + bin.im * bin.im;
        }
    }

    fn real(&self, buffers: &mut Buffers, real: &mut [f32]) {
        for (real, bin) in real.iter_mut().zip(self.transform(buffers)) {
            *real = bin.re;
        }
    }
}
