//! x86-64: the processor's own conversion (F16C), eight values at a time.
//!
//! One row at a time. Sums of neighbouring rows overlap in the processor by themselves, and
//! memory that is walked through in one straight line is fetched ahead. Measured on a Zen 4:
//! two or four rows at once are 10 to 16 % faster within the second cache, slower from the
//! third and half as fast from memory; fetching ahead by instruction gains nothing; nor do
//! registers of sixteen values (AVX-512), where half as many conversions take twice as long.
#![expect(unsafe_code, reason = "instructions beyond the baseline, and loads of registers")]
#![warn(clippy::undocumented_unsafe_blocks)]

use core::arch::x86_64::{
    __m256, _mm_loadu_si128, _mm256_add_ps, _mm256_cvtph_ps, _mm256_loadu_ps, _mm256_mul_ps,
    _mm256_setzero_ps, _mm256_storeu_ps,
};
use std::arch::is_x86_feature_detected;

use half::f16;

use super::scalar::{LANES, finish};

/// Values in a register.
const WIDTH: usize = 8;

/// As [`super::dots`]; `false`, and nothing done, if the processor cannot.
pub(super) fn dots(rows: &[f16], unit: &[f32], out: &mut [f32]) -> bool {
    // Asked once a process and remembered: the question costs less than a nanosecond.
    let able = is_x86_feature_detected!("avx") && is_x86_feature_detected!("f16c");
    if able {
        // SAFETY: the processor has AVX and F16C.
        unsafe { with_f16c(rows, unit, out) };
    }
    able
}

#[target_feature(enable = "avx,f16c")]
fn with_f16c(rows: &[f16], unit: &[f32], out: &mut [f32]) {
    for (out, row) in out.iter_mut().zip(rows.chunks_exact(unit.len().max(1))) {
        let (row, row_rest) = row.as_chunks::<LANES>();
        let (unit, unit_rest) = unit.as_chunks::<LANES>();
        let mut registers = [_mm256_setzero_ps(); LANES / WIDTH];
        for (row, unit) in row.iter().zip(unit) {
            let parts = row.as_chunks().0.iter().zip(unit.as_chunks().0);
            for (register, (row, unit)) in registers.iter_mut().zip(parts) {
                *register = _mm256_add_ps(*register, products(row, unit));
            }
        }
        let mut sums = [0.0; LANES];
        for (sums, register) in sums.as_chunks_mut::<WIDTH>().0.iter_mut().zip(registers) {
            // SAFETY: eight floats are what is written, to any address.
            unsafe { _mm256_storeu_ps(sums.as_mut_ptr(), register) };
        }
        *out = finish(sums, row_rest, unit_rest);
    }
}

#[target_feature(enable = "avx,f16c")]
#[inline]
fn products(row: &[f16; WIDTH], unit: &[f32; WIDTH]) -> __m256 {
    // SAFETY: eight halves are the sixteen bytes that are read, from any address.
    let row = unsafe { _mm_loadu_si128(row.as_ptr().cast()) };
    // SAFETY: eight floats are what is read, from any address.
    let unit = unsafe { _mm256_loadu_ps(unit.as_ptr()) };
    _mm256_mul_ps(_mm256_cvtph_ps(row), unit)
}
