//! A stream whose bytes are looked at on their way to the container reader.
//!
//! The reader hides a few things that matter here: the block alignment of a WAV, and
//! whether the pages of an Ogg are all there.

use std::io::{self, Read, Seek, SeekFrom};
use std::sync::{Arc, Mutex, PoisonError};

use symphonia::core::io::MediaSource;

use super::ogg::Pages;

/// Most bytes kept of the beginning of a stream.
const HEAD_BYTES: usize = 64 * 1024;

/// What was seen of a stream.
#[derive(Debug, Default)]
struct Seen {
    /// The beginning, up to [`HEAD_BYTES`]; `None` once nobody asks for it.
    head: Option<Vec<u8>>,
    /// The pages of an Ogg; `None` once the stream is known to be none.
    pages: Option<Pages>,
}

/// What was seen of a stream, for whoever does not read it.
#[derive(Clone, Debug)]
pub struct Watch(Arc<Mutex<Seen>>);

impl Watch {
    /// Wraps `source`, whose position is its beginning.
    pub fn over(source: Box<dyn MediaSource>) -> (Self, Watched) {
        let seen = Seen { head: Some(Vec::new()), pages: Some(Pages::default()) };
        let watch = Self(Arc::new(Mutex::new(seen)));
        (watch.clone(), Watched { source, watch, position: 0, next: 0 })
    }

    /// The first bytes of the stream, as many as were read up to a bound; they are not
    /// collected any further.
    pub fn take_head(&self) -> Vec<u8> {
        self.with(|seen| seen.head.take()).unwrap_or_default()
    }

    /// Stops looking at pages: the stream is no Ogg.
    pub fn ignore_pages(&self) {
        self.with(|seen| seen.pages = None);
    }

    /// Asks about the pages read so far; `None` where they are ignored.
    pub fn pages<T>(&self, ask: impl FnOnce(&Pages) -> T) -> Option<T> {
        self.with(|seen| seen.pages.as_ref().map(ask))
    }

    fn with<T>(&self, act: impl FnOnce(&mut Seen) -> T) -> T {
        act(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn look(&self, bytes: &[u8]) {
        self.with(|seen| {
            if let Some(head) = &mut seen.head {
                let room = HEAD_BYTES - head.len();
                head.extend_from_slice(&bytes[..bytes.len().min(room)]);
            }
            if let Some(pages) = &mut seen.pages {
                pages.push(bytes);
            }
        });
    }
}

/// The stream itself. Each byte is looked at once and in order, however the container
/// reader seeks: what it reads ahead of its turn is looked at when it comes back.
pub struct Watched {
    source: Box<dyn MediaSource>,
    watch: Watch,
    /// Where the source is.
    position: u64,
    /// The first byte that was not looked at.
    next: u64,
}

impl Read for Watched {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.source.read(buffer)?;
        let end = self.position + count as u64;
        if (self.position..end).contains(&self.next) {
            self.watch.look(&buffer[(self.next - self.position) as usize..count]);
            self.next = end;
        }
        self.position = end;
        Ok(count)
    }
}

impl Seek for Watched {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.position = self.source.seek(to)?;
        Ok(self.position)
    }
}

impl MediaSource for Watched {
    fn is_seekable(&self) -> bool {
        self.source.is_seekable()
    }

    fn byte_len(&self) -> Option<u64> {
        self.source.byte_len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_byte_is_seen_once_and_in_order() {
        let bytes: Vec<u8> = (0..=255).collect();
        let (watch, mut stream) = Watch::over(Box::new(io::Cursor::new(bytes.clone())));
        let mut buffer = [0; 100];
        stream.read_exact(&mut buffer[..60]).unwrap();
        stream.seek(SeekFrom::Start(200)).unwrap();
        stream.read_exact(&mut buffer[..56]).unwrap();
        stream.seek(SeekFrom::Start(30)).unwrap();
        stream.read_exact(&mut buffer).unwrap();
        stream.read_exact(&mut buffer).unwrap();
        assert_eq!(watch.take_head(), bytes[..230]);
    }
}
