//! Dot products of half-precision rows with a single-precision vector, by what the processor
//! has: the one room of this crate where code may be `unsafe`.
//!
//! Every path gives the same bits. All keep the same sixteen partial sums, multiply and then add
//! (the two are never fused), in the order of [`scalar`]; what is left of a row after the
//! last whole block, and the sum of the sums, is its code on every path. So a score does not
//! depend on the machine it was made on.
//!
//! Without the feature `std` nobody can be asked what the processor has, and the reference
//! does the work.

#[cfg(all(target_arch = "aarch64", target_endian = "little"))]
#[cfg(feature = "std")]
mod neon;
mod scalar;
#[cfg(target_arch = "x86_64")]
#[cfg(feature = "std")]
mod x86;

use half::f16;

pub(crate) use scalar::widen;

/// Writes the dot product of each row with `unit`, which is as long as a row. Of `rows` and
/// `out`, what the other has no counterpart for is left as it is.
///
/// The rows are finite; for what `unit` holds, what IEEE 754 says of the products and sums.
pub(crate) fn dots(rows: &[f16], unit: &[f32], out: &mut [f32]) {
    #[cfg(all(target_arch = "aarch64", target_endian = "little"))]
    #[cfg(feature = "std")]
    let done = neon::dots(rows, unit, out);
    #[cfg(target_arch = "x86_64")]
    #[cfg(feature = "std")]
    let done = x86::dots(rows, unit, out);
    #[cfg(not(all(
        feature = "std",
        any(target_arch = "x86_64", all(target_arch = "aarch64", target_endian = "little"))
    )))]
    let done = false;
    if !done {
        scalar::dots(rows, unit, out);
    }
}

#[cfg(test)]
mod tests;
