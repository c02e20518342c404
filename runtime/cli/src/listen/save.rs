//! `--save-scores`: lines appended to a file that is renamed when it has grown large.

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

/// Files that are kept beside the one that is written.
const KEPT: u32 = 9;

/// A file of lines. Each line is written whole and at once, so that a program that is killed
/// loses the last one at most.
#[derive(Debug)]
pub struct Saver {
    path: PathBuf,
    limit: u64,
    file: File,
    size: u64,
    /// The file does not end with the end of a line.
    torn: bool,
    /// Lines that could not be written.
    unsaved: u64,
    failing: bool,
}

/// What became of a line, where there is something new to say of it.
#[derive(Debug)]
pub enum Turn {
    /// Lines can no longer be saved.
    Failed(io::Error),
    /// They can again.
    Recovered,
}

impl Saver {
    /// Appends to `path`, which is renamed before a line would make it larger than `limit`
    /// bytes.
    ///
    /// # Errors
    ///
    /// When the file cannot be opened or is not an ordinary one.
    pub fn open(path: &Path, limit: u64) -> io::Result<Self> {
        let file = append(path)?;
        let metadata = file.metadata()?;
        if !metadata.is_file() {
            let kind = io::ErrorKind::InvalidInput;
            return Err(io::Error::new(kind, "expected an ordinary file, got something else"));
        }
        let torn = is_torn(path)?;
        Ok(Self {
            path: path.to_owned(),
            limit,
            file,
            size: metadata.len(),
            torn,
            unsaved: 0,
            failing: false,
        })
    }

    /// Appends `line`, which ends with a line feed. A line that cannot be written is counted
    /// and given up: a full disk must not end the listening.
    pub fn save(&mut self, line: &str) -> Option<Turn> {
        let result = self.append(line);
        match (result, self.failing) {
            (Ok(()), false) => None,
            (Ok(()), true) => {
                self.failing = false;
                Some(Turn::Recovered)
            }
            (Err(error), already) => {
                self.unsaved += 1;
                self.failing = true;
                (!already).then_some(Turn::Failed(error))
            }
        }
    }

    /// Lines that could not be written.
    pub fn unsaved(&self) -> u64 {
        self.unsaved
    }

    fn append(&mut self, line: &str) -> io::Result<()> {
        if self.size > 0 && self.size + line.len() as u64 > self.limit {
            self.rotate()?;
        }
        let bytes = match self.torn {
            true => format!("\n{line}").into_bytes(),
            false => line.as_bytes().to_vec(),
        };
        match self.file.write(&bytes) {
            Ok(written) => {
                self.size += written as u64;
                // A part of a line may have been written, or none.
                self.torn = match written {
                    0 => self.torn,
                    _ => bytes.get(written - 1) != Some(&b'\n'),
                };
                match written == bytes.len() {
                    true => Ok(()),
                    false => Err(io::ErrorKind::WriteZero.into()),
                }
            }
            Err(error) => Err(error),
        }
    }

    /// Renames the file and those renamed before it, and begins a new one.
    fn rotate(&mut self) -> io::Result<()> {
        self.file.sync_data()?;
        for age in (1..KEPT).rev() {
            move_away(&older(&self.path, age), &older(&self.path, age + 1))?;
        }
        move_away(&self.path, &older(&self.path, 1))?;
        self.file = append(&self.path)?;
        self.size = 0;
        self.torn = false;
        Ok(())
    }
}

fn append(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.append(true).create(true);
    // Scores describe people: not for everyone to read.
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o640);
    options.open(path)
}

/// `scores.ndjson` of age 2 is `scores.ndjson.2`.
fn older(path: &Path, age: u32) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(format!(".{age}"));
    name.into()
}

fn move_away(from: &Path, to: &Path) -> io::Result<()> {
    match fs::rename(from, to) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        result => result,
    }
}

/// Whether the last line of a file has no end, as when its writer was killed.
fn is_torn(path: &Path) -> io::Result<bool> {
    let mut file = File::open(path)?;
    if file.seek(SeekFrom::End(0))? == 0 {
        return Ok(false);
    }
    file.seek(SeekFrom::End(-1))?;
    let mut last = [0];
    file.read_exact(&mut last)?;
    Ok(last != *b"\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Folder(PathBuf);

    impl Folder {
        fn new(name: &str) -> Self {
            let name = format!("slap-edge-save-{}-{name}", std::process::id());
            let path = std::env::temp_dir().join(name);
            fs::create_dir_all(&path).unwrap();
            Self(path)
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    #[test]
    fn a_file_that_has_grown_is_renamed_and_no_line_is_lost() {
        let folder = Folder::new("rotate");
        let path = folder.0.join("scores.ndjson");
        let mut saver = Saver::open(&path, 40).unwrap();
        for number in 0..100 {
            assert!(saver.save(&format!("line {number:04}\n")).is_none());
        }
        // Four lines of ten bytes a file, nine kept, and the one that is written.
        let mut all = String::new();
        for age in (1..=9).rev() {
            all += &fs::read_to_string(older(&path, age)).unwrap();
        }
        all += &fs::read_to_string(&path).unwrap();
        let expected: String = (60..100).map(|number| format!("line {number:04}\n")).collect();
        assert_eq!(all, expected);
        assert!(!older(&path, 10).exists());
    }

    #[test]
    fn a_line_longer_than_the_limit_has_a_file_of_its_own() {
        let folder = Folder::new("long");
        let path = folder.0.join("scores.ndjson");
        let mut saver = Saver::open(&path, 5).unwrap();
        for line in ["longer than five\n", "and another\n"] {
            assert!(saver.save(line).is_none());
        }
        assert_eq!(fs::read_to_string(older(&path, 1)).unwrap(), "longer than five\n");
        assert_eq!(fs::read_to_string(&path).unwrap(), "and another\n");
    }

    #[test]
    fn what_a_killed_program_left_is_ended_before_going_on() {
        let folder = Folder::new("torn");
        let path = folder.0.join("scores.ndjson");
        fs::write(&path, "whole\nto").unwrap();
        let mut saver = Saver::open(&path, 1000).unwrap();
        for line in ["next\n", "last\n"] {
            assert!(saver.save(line).is_none());
        }
        assert_eq!(fs::read_to_string(&path).unwrap(), "whole\nto\nnext\nlast\n");
    }

    #[test]
    fn a_full_disk_is_told_once_and_does_not_end_anything() {
        if !Path::new("/dev/full").exists() {
            return;
        }
        let folder = Folder::new("full");
        let path = folder.0.join("scores.ndjson");
        let mut saver = Saver::open(&path, 1000).unwrap();
        let good = saver.file.try_clone().unwrap();
        saver.file = OpenOptions::new().write(true).open("/dev/full").unwrap();
        assert!(matches!(saver.save("a\n"), Some(Turn::Failed(_))));
        assert!(saver.save("b\n").is_none());
        saver.file = good;
        assert!(matches!(saver.save("c\n"), Some(Turn::Recovered)));
        assert!(saver.save("d\n").is_none());
        assert_eq!(saver.unsaved(), 2);
        assert_eq!(fs::read_to_string(&path).unwrap(), "c\nd\n");
    }

    #[test]
    fn what_is_no_file_is_refused() {
        assert!(Saver::open(Path::new("/dev/null"), 1000).is_err());
        assert!(Saver::open(&std::env::temp_dir(), 1000).is_err());
    }
}
