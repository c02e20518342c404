//! The spectrum stage: real samples to the power of `N / 2 + 1` bins.

#[cfg(feature = "microfft")]
mod micro;
#[cfg(feature = "std")]
mod real;

#[cfg(feature = "microfft")]
pub use micro::MicroFft;
#[cfg(feature = "std")]
pub use real::StdFft;

/// A Fourier transform of real samples, of one length.
///
/// The transform itself is shared; what it writes to is not, and comes from
/// [`RealFft::buffers`], once per stream.
pub trait RealFft {
    /// Working memory of one stream, the time-domain input among it.
    type Buffers;

    /// Length `N` of the transform, in samples.
    fn length(&self) -> usize;

    /// Makes the working memory of a stream.
    fn buffers(&self) -> Self::Buffers;

    /// The `N` input samples; their contents after a transform are undefined.
    fn input<'b>(&self, buffers: &'b mut Self::Buffers) -> &'b mut [f32];

    /// Transforms the input and writes `|X[k]|^2` for `0 <= k <= N / 2`,
    /// without scaling, into the first `N / 2 + 1` values of `power`.
    fn power(&self, buffers: &mut Self::Buffers, power: &mut [f32]);

    /// Transforms the input and writes the real part of `X[k]` for
    /// `0 <= k <= N / 2`, without scaling, into the first `N / 2 + 1` values of
    /// `real`. For an even input, such as a power spectrum laid out to both
    /// sides, that is the whole transform: an autocorrelation or a cepstrum.
    fn real(&self, buffers: &mut Self::Buffers, real: &mut [f32]);
}
