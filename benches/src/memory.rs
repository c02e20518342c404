//! How fast one core reads memory: the floor of whatever has to look at all of it.
#![expect(unsafe_code, reason = "the widest registers are not in the baseline")]

use half::f16;

/// Values that are added at once: eight registers of 64 bytes.
const BLOCK: usize = 256;

/// Reads every value and does next to nothing with it, by the widest registers that the
/// processor has.
pub fn read(values: &[f16]) -> u16 {
    #[cfg(target_arch = "x86_64")]
    {
        if is_x86_feature_detected!("avx512bw") {
            // SAFETY: the processor has AVX-512BW.
            return unsafe { with_avx512(values) };
        }
        if is_x86_feature_detected!("avx2") {
            // SAFETY: the processor has AVX2.
            return unsafe { with_avx2(values) };
        }
    }
    add(values)
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512bw")]
fn with_avx512(values: &[f16]) -> u16 {
    add(values)
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
fn with_avx2(values: &[f16]) -> u16 {
    add(values)
}

/// The sum of the bits, as the function it becomes part of can do it.
#[inline(always)]
fn add(values: &[f16]) -> u16 {
    let mut sums = [0u16; BLOCK];
    let (blocks, rest) = values.as_chunks::<BLOCK>();
    for block in blocks {
        for (sum, value) in sums.iter_mut().zip(block) {
            *sum = sum.wrapping_add(value.to_bits());
        }
    }
    let all = sums.into_iter().chain(rest.iter().map(|value| value.to_bits()));
    all.fold(0, u16::wrapping_add)
}

#[cfg(test)]
mod tests {
    use half::f16;

    use super::read;

    #[test]
    fn every_value_is_read() {
        for length in [0, 1, 255, 256, 257, 1000] {
            let values: Vec<f16> = (1..=length).map(f16::from_bits).collect();
            assert_eq!(u32::from(read(&values)), (1..=u32::from(length)).sum::<u32>() & 0xffff);
        }
    }
}
