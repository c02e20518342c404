//! AArch64: the processor's own conversion, four values at a time. It is part of every such
//! processor that runs an operating system, so nothing has to be asked.
#![expect(unsafe_code, reason = "loads of registers, and one instruction without a function")]
#![warn(clippy::undocumented_unsafe_blocks)]

use core::arch::aarch64::{
    float32x4_t, uint16x4_t, vaddq_f32, vdupq_n_f32, vld1_u16, vld1q_f32, vmulq_f32, vst1q_f32,
};
use core::arch::asm;

use half::f16;

use super::scalar::{LANES, finish};

/// Values in a register.
const WIDTH: usize = 4;

/// As [`super::dots`]; always `true`.
pub(super) fn dots(rows: &[f16], unit: &[f32], out: &mut [f32]) -> bool {
    // SAFETY: NEON is part of the baseline for which the standard library is built.
    unsafe { with_neon(rows, unit, out) };
    true
}

#[target_feature(enable = "neon")]
fn with_neon(rows: &[f16], unit: &[f32], out: &mut [f32]) {
    for (out, row) in out.iter_mut().zip(rows.chunks_exact(unit.len().max(1))) {
        let (row, row_rest) = row.as_chunks::<LANES>();
        let (unit, unit_rest) = unit.as_chunks::<LANES>();
        let mut registers = [vdupq_n_f32(0.0); LANES / WIDTH];
        for (row, unit) in row.iter().zip(unit) {
            let parts = row.as_chunks().0.iter().zip(unit.as_chunks().0);
            for (register, (row, unit)) in registers.iter_mut().zip(parts) {
                *register = vaddq_f32(*register, products(row, unit));
            }
        }
        let mut sums = [0.0; LANES];
        for (sums, register) in sums.as_chunks_mut::<WIDTH>().0.iter_mut().zip(registers) {
            // SAFETY: four floats are what is written.
            unsafe { vst1q_f32(sums.as_mut_ptr(), register) };
        }
        *out = finish(sums, row_rest, unit_rest);
    }
}

#[target_feature(enable = "neon")]
#[inline]
fn products(row: &[f16; WIDTH], unit: &[f32; WIDTH]) -> float32x4_t {
    // SAFETY: four halves, which are sixteen bits each, are what is read.
    let row = unsafe { vld1_u16(row.as_ptr().cast()) };
    // SAFETY: four floats are what is read.
    let unit = unsafe { vld1q_f32(unit.as_ptr()) };
    vmulq_f32(widened(row), unit)
}

/// Four halves, given as their bits, in single precision.
#[target_feature(enable = "neon")]
#[inline]
fn widened(half: uint16x4_t) -> float32x4_t {
    let single;
    // SAFETY: the instruction is part of NEON, and works on these two registers only.
    unsafe {
        asm!(
            "fcvtl {single:v}.4s, {half:v}.4h",
            half = in(vreg) half,
            single = lateout(vreg) single,
            options(pure, nomem, nostack),
        );
    }
    single
}
