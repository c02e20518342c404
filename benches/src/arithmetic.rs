//! How fast one core multiplies and adds: the floor of whatever is made of matrix products.
//!
//! Chains of products that do not wait for each other, in registers alone, by the widest
//! registers that the processor has.
#![expect(unsafe_code, reason = "the widest registers are not in the baseline")]

#[cfg(target_arch = "x86_64")]
use std::arch::x86_64::{
    _mm256_fmadd_ps, _mm256_set1_ps, _mm256_storeu_ps, _mm512_dpbusd_epi32, _mm512_fmadd_ps,
    _mm512_reduce_add_epi32, _mm512_reduce_add_ps, _mm512_set1_epi8, _mm512_set1_epi32,
    _mm512_set1_ps,
};
use std::hint::black_box;
use std::time::Instant;

use crate::statistics::best;

/// Chains: enough for two units that each take four cycles, and few enough for registers.
const CHAINS: usize = 12;

/// Links of every chain in a round.
const LINKS: usize = 100_000;

/// Rounds of which the best is taken.
const ROUNDS: usize = 31;

/// Multiply-adds of float32 values in a second.
pub fn float32() -> f64 {
    #[cfg(target_arch = "x86_64")]
    {
        if is_x86_feature_detected!("avx512f") {
            // SAFETY: the processor has AVX-512F.
            return speed(16, || unsafe { float32_with_avx512() });
        }
        if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma") {
            // SAFETY: the processor has AVX2 and FMA.
            return speed(8, || unsafe { float32_with_avx2() });
        }
    }
    speed(8, float32_plain)
}

/// Multiply-adds of 8-bit values in a second; `None` where the processor has no instruction
/// for them that is known here.
pub fn int8() -> Option<f64> {
    #[cfg(target_arch = "x86_64")]
    if is_x86_feature_detected!("avx512vnni") {
        // SAFETY: the processor has AVX-512VNNI.
        return Some(speed(64, || unsafe { int8_with_avx512() }));
    }
    None
}

/// Multiply-adds in a second of a round that does so many in every link.
fn speed<T>(lanes: usize, round: impl Fn() -> T) -> f64 {
    let times: Vec<f64> = (0..ROUNDS)
        .map(|_| {
            let start = Instant::now();
            black_box(round());
            start.elapsed().as_secs_f64()
        })
        .collect();
    (lanes * CHAINS * LINKS) as f64 / best(&times)
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f")]
fn float32_with_avx512() -> f32 {
    let (factor, addend) = (_mm512_set1_ps(black_box(0.5)), _mm512_set1_ps(black_box(1.0)));
    let mut sums = [_mm512_set1_ps(0.0); CHAINS];
    // Equal chains would be computed once.
    for sum in &mut sums {
        *sum = _mm512_set1_ps(black_box(0.0));
    }
    for _ in 0..LINKS {
        for sum in &mut sums {
            *sum = _mm512_fmadd_ps(*sum, factor, addend);
        }
    }
    sums.into_iter().map(|sum| _mm512_reduce_add_ps(sum)).sum()
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma")]
fn float32_with_avx2() -> f32 {
    let (factor, addend) = (_mm256_set1_ps(black_box(0.5)), _mm256_set1_ps(black_box(1.0)));
    let mut sums = [_mm256_set1_ps(0.0); CHAINS];
    for sum in &mut sums {
        *sum = _mm256_set1_ps(black_box(0.0));
    }
    for _ in 0..LINKS {
        for sum in &mut sums {
            *sum = _mm256_fmadd_ps(*sum, factor, addend);
        }
    }
    let mut values = [[0.0f32; 8]; CHAINS];
    for (values, sum) in values.iter_mut().zip(sums) {
        // SAFETY: there is room for eight values, wherever they lie.
        unsafe { _mm256_storeu_ps(values.as_mut_ptr(), sum) };
    }
    values.iter().flatten().sum()
}

/// What the compiler makes of it: on 64-bit Arm, fused and four values at a time.
fn float32_plain() -> f32 {
    let (factor, addend) = (black_box(0.5f32), black_box(1.0f32));
    let mut sums = [[0.0f32; 8]; CHAINS];
    for sum in sums.iter_mut().flatten() {
        *sum = black_box(0.0);
    }
    for _ in 0..LINKS {
        for sum in sums.iter_mut().flatten() {
            // Where it is not an instruction, fusing is a slow function.
            *sum = match cfg!(target_arch = "aarch64") {
                true => sum.mul_add(factor, addend),
                false => *sum * factor + addend,
            };
        }
    }
    sums.iter().flatten().sum()
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx512vnni")]
fn int8_with_avx512() -> i32 {
    let (left, right) = (_mm512_set1_epi8(black_box(1)), _mm512_set1_epi8(black_box(-1)));
    let mut sums = [_mm512_set1_epi32(0); CHAINS];
    for sum in &mut sums {
        *sum = _mm512_set1_epi32(black_box(0));
    }
    for _ in 0..LINKS {
        for sum in &mut sums {
            *sum = _mm512_dpbusd_epi32(*sum, left, right);
        }
    }
    sums.into_iter().fold(0, |total, sum| total.wrapping_add(_mm512_reduce_add_epi32(sum)))
}

#[cfg(test)]
mod tests {
    use super::{CHAINS, LINKS, float32_plain};

    #[test]
    fn every_chain_ends_where_its_products_lead() {
        // x = x / 2 + 1 ends at 2.
        let values = (8 * CHAINS) as f32;
        assert_eq!(float32_plain(), 2.0 * values);
        #[cfg(target_arch = "x86_64")]
        {
            if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma") {
                // SAFETY: the processor has AVX2 and FMA.
                assert_eq!(unsafe { super::float32_with_avx2() }, 2.0 * values);
            }
            if is_x86_feature_detected!("avx512f") {
                // SAFETY: the processor has AVX-512F.
                assert_eq!(unsafe { super::float32_with_avx512() }, 4.0 * values);
            }
            if is_x86_feature_detected!("avx512vnni") {
                // SAFETY: the processor has AVX-512VNNI. Each link takes 64 from a chain.
                let sum = unsafe { super::int8_with_avx512() };
                assert_eq!(i64::from(sum), -((64 * CHAINS * LINKS) as i64));
            }
        }
    }
}
