//! Whether the pages of an Ogg stream are all there.
//!
//! The container reader skips a page that is damaged or missing without a word. Pages are
//! numbered, carry a checksum, and the last one is marked (RFC 3533, section 6), so every
//! loss can be told from the outside without decoding anything.

use symphonia::core::checksum::Crc32;
use symphonia::core::io::Monitor;

/// What every page begins with.
const MARK: &[u8; 4] = b"OggS";

/// Bytes of a page's header before its table of segments.
const HEADER_BYTES: usize = 27;

/// Streams told apart in one file; a recording has one or two.
const MOST_STREAMS: usize = 64;

/// Follows the pages of a file as its bytes come by.
#[derive(Debug, Default)]
pub struct Pages {
    /// What is yet to become a page; never more than one and the bytes of the last push.
    buffer: Vec<u8>,
    streams: Vec<Stream>,
}

/// One of the streams that share a file.
#[derive(Clone, Copy, Debug)]
struct Stream {
    serial: u32,
    sequence: u32,
    gaps: u64,
    ended: bool,
}

/// What is wrong with a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Damage {
    /// Places where one or more pages in a row are damaged or missing.
    pub gaps: u64,
    /// No page is marked as the last one.
    pub no_end: bool,
}

impl Pages {
    /// Takes the next bytes of the file.
    pub fn push(&mut self, bytes: &[u8]) {
        self.buffer.extend_from_slice(bytes);
        let mut at = 0;
        loop {
            let rest = &self.buffer[at..];
            match rest.windows(MARK.len()).position(|window| window == MARK) {
                Some(skip) => at += skip,
                None => {
                    // The mark may have begun.
                    at += rest.len().saturating_sub(MARK.len() - 1);
                    break;
                }
            }
            let Some(length) = page_length(&self.buffer[at..]) else {
                break;
            };
            let Some(page) = self.buffer.get(at..at + length) else {
                break;
            };
            if checksum(page) == field(page, 22) {
                let (serial, sequence) = (field(page, 14), field(page, 18));
                note(&mut self.streams, serial, sequence, page[5] & 4 != 0);
                at += length;
            } else {
                at += MARK.len();
            }
        }
        self.buffer.drain(..at);
    }

    /// What is wrong with the stream `serial`, once the file was read to its end.
    pub fn damage(&self, serial: u32) -> Option<Damage> {
        let stream = self.streams.iter().find(|stream| stream.serial == serial)?;
        Some(Damage { gaps: stream.gaps, no_end: !stream.ended })
    }
}

/// A whole page of the stream `serial` came by.
fn note(streams: &mut Vec<Stream>, serial: u32, sequence: u32, ended: bool) {
    let room = streams.len() < MOST_STREAMS;
    match streams.iter_mut().find(|stream| stream.serial == serial) {
        // What follows the end is another recording and is not read.
        Some(stream) if stream.ended => {}
        Some(stream) => {
            stream.gaps += u64::from(sequence != stream.sequence.wrapping_add(1));
            (stream.sequence, stream.ended) = (sequence, ended);
        }
        None if room => {
            streams.push(Stream { serial, sequence, gaps: 0, ended });
        }
        None => {}
    }
}

/// Bytes of the page that `bytes` begins with; `None` where its header is not yet whole.
fn page_length(bytes: &[u8]) -> Option<usize> {
    let segments = usize::from(*bytes.get(HEADER_BYTES - 1)?);
    let table = bytes.get(HEADER_BYTES..HEADER_BYTES + segments)?;
    let body: usize = table.iter().copied().map(usize::from).sum();
    Some(HEADER_BYTES + segments + body)
}

/// The checksum of a page, with its own field taken as zero.
fn checksum(page: &[u8]) -> u32 {
    let mut crc = Crc32::new(0);
    crc.process_buf_bytes(&page[..22]);
    crc.process_buf_bytes(&[0; 4]);
    crc.process_buf_bytes(&page[26..]);
    crc.crc()
}

/// A number of four bytes, little-endian, in a page's header.
fn field(page: &[u8], at: usize) -> u32 {
    page.get(at..).and_then(|bytes| bytes.first_chunk()).copied().map_or(0, u32::from_le_bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    const VOICE: &[u8] = include_bytes!("../../tests/suite/data/voice.ogg");

    /// What is found in `file`, handed over in pieces of `piece` bytes.
    fn damage(file: &[u8], piece: usize) -> Option<Damage> {
        let mut pages = Pages::default();
        file.chunks(piece).for_each(|bytes| pages.push(bytes));
        pages.damage(field(VOICE, 14))
    }

    /// Where the pages of the file begin.
    fn starts() -> Vec<usize> {
        let mut starts = vec![0];
        while let Some(length) = page_length(&VOICE[starts[starts.len() - 1]..]) {
            starts.push(starts[starts.len() - 1] + length);
        }
        assert_eq!(starts.pop(), Some(VOICE.len()));
        starts
    }

    #[test]
    fn a_whole_file_has_no_damage() {
        for piece in [1, 7, 1000, VOICE.len()] {
            assert_eq!(
                damage(VOICE, piece),
                Some(Damage { gaps: 0, no_end: false }),
                "{piece}"
            );
        }
        let twice = [b"ID3 and more".as_slice(), VOICE, b"TAG OggS", VOICE].concat();
        assert_eq!(damage(&twice, 50), Some(Damage { gaps: 0, no_end: false }));
        assert_eq!(damage(b"fLaC", 1), None);
    }

    #[test]
    fn every_missing_page_and_every_flipped_bit_is_seen() {
        let starts = starts();
        assert!(starts.len() > 4, "{starts:?}");
        for (index, &start) in starts.iter().enumerate().skip(1) {
            let last = index + 1 == starts.len();
            let expected = Some(Damage { gaps: u64::from(!last), no_end: last });
            let end = starts.get(index + 1).copied().unwrap_or(VOICE.len());
            let without = [&VOICE[..start], &VOICE[end..]].concat();
            assert_eq!(damage(&without, 333), expected, "page {index}");
            for at in [start, start + 5, start + 26, end - 1] {
                let mut flipped = VOICE.to_vec();
                flipped[at] ^= 1;
                assert_eq!(damage(&flipped, 333), expected, "page {index}, byte {at}");
            }
        }
    }

    #[test]
    fn a_file_that_was_cut_off_has_no_end() {
        for end in (100..VOICE.len()).step_by(97) {
            assert_eq!(
                damage(&VOICE[..end], 4096),
                Some(Damage { gaps: 0, no_end: true }),
                "{end}"
            );
        }
    }
}
