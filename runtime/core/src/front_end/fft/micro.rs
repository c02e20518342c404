//! The transform of the microfft crate: power-of-two lengths, in place, no
//! heap.

use super::RealFft;
use microfft::Complex32;

/// A real transform of `N` samples by [microfft](https://docs.rs/microfft),
/// `N` a power of two from 64 to 2,048.
#[derive(Clone, Copy, Debug, Default)]
pub struct MicroFft<const N: usize>;

macro_rules! lengths {
    ($($length:literal $transform:ident),*) => {$(
        impl RealFft for MicroFft<$length> {
            type Buffers = [f32; $length];

            fn length(&self) -> usize {
                $length
            }

            fn buffers(&self) -> Self::Buffers {
                [0.0; $length]
            }

            fn input<'b>(&self, buffers: &'b mut Self::Buffers) -> &'b mut [f32] {
                buffers
            }

            fn power(&self, buffers: &mut Self::Buffers, power: &mut [f32]) {
                unpack(microfft::real::$transform(buffers), power, |bin| {
                    bin.re * bin.re + bin.im * bin.im
                });
            }

            fn real(&self, buffers: &mut Self::Buffers, real: &mut [f32]) {
                unpack(microfft::real::$transform(buffers), real, |bin| bin.re);
            }
        }
    )*};
}

lengths!(64 rfft_64, 128 rfft_128, 256 rfft_256, 512 rfft_512, 1024 rfft_1024, 2048 rfft_2048);

/// One value a bin of a packed half spectrum. Both the zero and the Nyquist bin
/// are real, and microfft stores the latter as the imaginary part of the former.
fn unpack(spectrum: &[Complex32], values: &mut [f32], value: impl Fn(Complex32) -> f32) {
    let half = spectrum.len();
    for (out, &bin) in values.iter_mut().zip(spectrum) {
        *out = value(bin);
    }
    values[0] = value(Complex32::new(spectrum[0].re, 0.0));
    values[half] = value(Complex32::new(spectrum[0].im, 0.0));
}
