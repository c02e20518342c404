//! The reference: plain code, which every other path agrees with to the bit.

use half::f16;

/// Independent partial sums of a dot product: two AVX or four NEON registers' worth.
pub(super) const LANES: usize = 16;

/// As `simd::dots`.
pub(super) fn dots(rows: &[f16], unit: &[f32], out: &mut [f32]) {
    for (out, row) in out.iter_mut().zip(rows.chunks_exact(unit.len().max(1))) {
        let (row, row_rest) = row.as_chunks();
        let (unit, unit_rest) = unit.as_chunks();
        *out = finish(partial_sums(row, unit), row_rest, unit_rest);
    }
}

/// The sums of the products of whole blocks, lane by lane.
///
/// Not inlined: next to what is done with the sums, compilers choose registers of half the
/// width for this loop.
#[inline(never)]
fn partial_sums(row: &[[f16; LANES]], unit: &[[f32; LANES]]) -> [f32; LANES] {
    let mut sums = [0.0; LANES];
    for (row, unit) in row.iter().zip(unit) {
        for lane in 0..LANES {
            sums[lane] += widen(row[lane]) * unit[lane];
        }
    }
    sums
}

/// Adds what is left after the last whole block, and then the partial sums pairwise: the
/// upper half to the lower until one is left.
#[inline]
pub(super) fn finish(mut sums: [f32; LANES], row: &[f16], unit: &[f32]) -> f32 {
    for ((sum, &half), &unit) in sums.iter_mut().zip(row).zip(unit) {
        *sum += widen(half) * unit;
    }
    let mut width = LANES / 2;
    while width > 0 {
        for lane in 0..width {
            sums[lane] += sums[lane + width];
        }
        width /= 2;
    }
    sums[0]
}

/// A finite half-precision value in single precision, exactly.
///
/// Without a branch, so that a loop over it becomes vector code on any target: sign and
/// magnitude are moved to where single precision has them, which leaves the exponent 112 too
/// small for normal and subnormal values alike, and one multiplication by 2^112 mends both.
/// The conversion in `half` handles infinity and NaN with branches.
#[inline]
pub(crate) fn widen(value: f16) -> f32 {
    const TWO_TO_112: f32 = f32::from_bits((127 + 112) << 23);
    const SIGN_AND_MAGNITUDE: i32 = i32::MIN | (0x7fff << 13);
    let bits = i32::from(value.to_bits().cast_signed()) << 13;
    f32::from_bits((bits & SIGN_AND_MAGNITUDE).cast_unsigned()) * TWO_TO_112
}
