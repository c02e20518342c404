//! The one field of a WAV header that the container reader keeps to itself.

/// The block alignment, bytes a frame takes, that the header at the beginning of `head`
/// states; `None` where `head` does not reach that far.
pub fn block_align(head: &[u8]) -> Option<u16> {
    let is_wave = |bytes: &[u8]| bytes.starts_with(b"RIFF") && bytes.ends_with(b"WAVE");
    let start = head.windows(12).position(is_wave)?;
    let mut rest = head.get(start + 12..)?;
    loop {
        let (name, after) = rest.split_first_chunk::<4>()?;
        let (length, body) = after.split_first_chunk::<4>()?;
        if name == b"fmt " {
            return body.get(12..)?.first_chunk().copied().map(u16::from_le_bytes);
        }
        // Chunks begin at even bytes.
        let length = u64::from(u32::from_le_bytes(*length)).next_multiple_of(2);
        rest = body.get(usize::try_from(length).ok()?..)?;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_field_is_found_behind_other_chunks() {
        let format = b"fmt \x10\0\0\0\x01\0\x02\0\x80\x3e\0\0\0\0\0\0\x34\x12\x10\0";
        let plain = [b"RIFF\0\0\0\0WAVE".as_slice(), format].concat();
        assert_eq!(block_align(&plain), Some(0x1234));
        let behind = [b"??RIFF\0\0\0\0WAVELIST\x03\0\0\0abc\0".as_slice(), format].concat();
        assert_eq!(block_align(&behind), Some(0x1234));
        for end in 0..plain.len() - 2 {
            assert_eq!(block_align(&plain[..end]), None, "{end}");
        }
        assert_eq!(block_align(b"RIFF\0\0\0\0WAVELIST\xff\xff\xff\xff"), None);
    }
}
