//! Samples as they are stored into numbers from -1 to 1, as the reader of files does it.

use cpal::{I24, U24};

/// Eight bits, silence at 128.
pub fn u8(sample: u8) -> f32 {
    (f32::from(sample) - 128.0) / 128.0
}

/// Eight bits.
pub fn i8(sample: i8) -> f32 {
    f32::from(sample) / 128.0
}

/// Sixteen bits.
pub fn i16(sample: i16) -> f32 {
    f32::from(sample) / 32_768.0
}

/// Sixteen bits, silence at 2^15.
pub fn u16(sample: u16) -> f32 {
    (f32::from(sample) - 32_768.0) / 32_768.0
}

/// Twenty-four bits in four bytes.
pub fn i24(sample: I24) -> f32 {
    sample.inner() as f32 / 8_388_608.0
}

/// The same, silence at 2^23.
pub fn u24(sample: U24) -> f32 {
    (sample.inner() - 8_388_608) as f32 / 8_388_608.0
}

/// Thirty-two bits.
pub fn i32(sample: i32) -> f32 {
    (f64::from(sample) / 2_147_483_648.0) as f32
}

/// Thirty-two bits, silence at 2^31.
pub fn u32(sample: u32) -> f32 {
    ((f64::from(sample) - 2_147_483_648.0) / 2_147_483_648.0) as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_format_reaches_from_minus_one_to_almost_one() {
        assert_eq!([u8(0), u8(128), u8(255)], [-1.0, 0.0, 127.0 / 128.0]);
        assert_eq!([i8(-128), i8(0), i8(127)], [-1.0, 0.0, 127.0 / 128.0]);
        let most = 32_767.0 / 32_768.0;
        assert_eq!([i16(i16::MIN), i16(i16::MAX)], [-1.0, most]);
        assert_eq!([u16(0), u16(32_768), u16(65_535)], [-1.0, 0.0, most]);
        let most = 8_388_607.0 / 8_388_608.0;
        let wide = |value| i24(I24::new(value).unwrap());
        assert_eq!([wide(-8_388_608), wide(0), wide(8_388_607)], [-1.0, 0.0, most]);
        let high = |value| u24(U24::new(value).unwrap());
        assert_eq!([high(0), high(8_388_608), high(16_777_215)], [-1.0, 0.0, most]);
        assert_eq!([i32(i32::MIN), i32(0)], [-1.0, 0.0]);
        assert_eq!([u32(0), u32(1 << 31)], [-1.0, 0.0]);
        assert_eq!(i32(1 << 30), 0.5);
        assert_eq!(u32(3 << 30), 0.5);
    }
}
