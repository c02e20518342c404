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
    /// The size at which renaming is tried: the limit, or more where it failed before.
    due: u64,
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
    /// The file cannot be renamed; lines are appended to it all the same.
    Unrenamed(io::Error),
    /// Lines can be saved again.
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
        // Asked before it is opened: a pipe without a reader would wait for one.
        if fs::metadata(path).is_ok_and(|it| !it.is_file()) {
            let kind = io::ErrorKind::InvalidInput;
            return Err(io::Error::new(kind, "expected an ordinary file, got something else"));
        }
        let file = append(path)?;
        let size = file.metadata()?.len();
        let torn = is_torn(path)?;
        let path = path.to_owned();
        Ok(Self { path, limit, file, size, due: limit, torn, unsaved: 0, failing: false })
    }

    /// Appends `line`, which ends with a line feed. A line that cannot be written is counted
    /// and given up: a full disk must not end the listening.
    pub fn save(&mut self, line: &[u8]) -> Option<Turn> {
        let renamed = self.make_room(line.len() as u64);
        match (self.append(line), self.failing) {
            (Ok(()), false) => renamed.err().map(Turn::Unrenamed),
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

    fn append(&mut self, line: &[u8]) -> io::Result<()> {
        if !self.is_in_place() {
            self.begin()?;
        }
        let bytes = if self.torn { [b"\n", line].concat() } else { line.to_vec() };
        // One call where the system takes it whole, so that a killed program leaves no part.
        let written = self.file.write_all(&bytes);
        match written {
            Ok(()) => {
                self.size += bytes.len() as u64;
                self.torn = false;
            }
            // What a full disk took of the line is taken back.
            Err(_) => {
                let grew = self.file.metadata().is_ok_and(|it| it.len() != self.size);
                self.torn |= grew && self.file.set_len(self.size).is_err();
            }
        }
        written
    }

    /// Whether the name still leads to the file: someone may have renamed or deleted it.
    #[cfg(unix)]
    fn is_in_place(&self) -> bool {
        use std::os::unix::fs::MetadataExt;
        let identity = |it: fs::Metadata| (it.dev(), it.ino());
        match (fs::metadata(&self.path), self.file.metadata()) {
            (Ok(named), Ok(open)) => identity(named) == identity(open),
            _ => false,
        }
    }

    #[cfg(not(unix))]
    fn is_in_place(&self) -> bool {
        true
    }

    /// Renames the file and those renamed before it if it has grown too large for `more`
    /// bytes, and begins a new one. Where that fails, it is tried again when the file has
    /// grown by as much once more.
    fn make_room(&mut self, more: u64) -> io::Result<()> {
        if self.size == 0 || self.size + more <= self.due {
            return Ok(());
        }
        let renamed = self.rename();
        self.due = if renamed.is_ok() { self.limit } else { self.size + self.limit };
        renamed
    }

    fn rename(&mut self) -> io::Result<()> {
        self.file.sync_data()?;
        // From the oldest on, so that one that cannot be moved leaves the younger ones.
        for age in (1..KEPT).rev() {
            move_away(&older(&self.path, age), &older(&self.path, age + 1))?;
        }
        move_away(&self.path, &older(&self.path, 1))?;
        self.begin()
    }

    fn begin(&mut self) -> io::Result<()> {
        self.file = append(&self.path)?;
        self.size = self.file.metadata()?.len();
        self.torn = is_torn(&self.path)?;
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
            assert!(saver.save(format!("line {number:04}\n").as_bytes()).is_none());
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
            assert!(saver.save(line.as_bytes()).is_none());
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
            assert!(saver.save(line.as_bytes()).is_none());
        }
        assert_eq!(fs::read_to_string(&path).unwrap(), "whole\nto\nnext\nlast\n");
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_disk_that_takes_no_more_is_told_once_and_ends_nothing() {
        let folder = Folder::new("full");
        let path = folder.0.join("scores.ndjson");
        let mut saver = Saver::open(&path, 1000).unwrap();
        assert!(saver.save(b"a\n").is_none());
        // A file that must not be written to is as good as a full disk.
        saver.file = File::open(&path).unwrap();
        assert!(matches!(saver.save(b"b\n"), Some(Turn::Failed(_))));
        assert!(saver.save(b"c\n").is_none());
        saver.file = append(&path).unwrap();
        assert!(matches!(saver.save(b"d\n"), Some(Turn::Recovered)));
        assert!(saver.save(b"e\n").is_none());
        assert_eq!(saver.unsaved(), 2);
        assert_eq!(fs::read_to_string(&path).unwrap(), "a\nd\ne\n");
    }

    #[test]
    fn a_file_that_was_moved_or_deleted_is_begun_anew() {
        let folder = Folder::new("moved");
        let path = folder.0.join("scores.ndjson");
        let mut saver = Saver::open(&path, 1000).unwrap();
        saver.save(b"a\n");
        fs::rename(&path, folder.0.join("archive")).unwrap();
        saver.save(b"b\n");
        fs::remove_file(&path).unwrap();
        saver.save(b"c\n");
        assert_eq!(fs::read_to_string(folder.0.join("archive")).unwrap(), "a\n");
        assert_eq!(fs::read_to_string(&path).unwrap(), "c\n");
        assert_eq!(saver.unsaved(), 0);
    }

    #[test]
    fn where_renaming_fails_no_line_is_lost_and_nothing_else_is_moved() {
        let folder = Folder::new("unrenamed");
        let path = folder.0.join("scores.ndjson");
        // A folder that is not empty cannot be replaced by a file.
        fs::create_dir_all(older(&path, KEPT).join("inner")).unwrap();
        fs::write(older(&path, KEPT - 1), "old").unwrap();
        fs::write(older(&path, 1), "young").unwrap();
        let mut saver = Saver::open(&path, 10).unwrap();
        let turns: Vec<Option<Turn>> =
            (0..10).map(|number| saver.save(format!("{number:03}\n").as_bytes())).collect();
        let told = turns.iter().flatten().count();
        assert!((1..=4).contains(&told), "{turns:?}");
        assert!(turns.iter().flatten().all(|it| matches!(it, Turn::Unrenamed(_))));
        let expected: String = (0..10).map(|number| format!("{number:03}\n")).collect();
        assert_eq!(fs::read_to_string(&path).unwrap(), expected);
        assert_eq!(fs::read_to_string(older(&path, 1)).unwrap(), "young");
        assert_eq!(fs::read_to_string(older(&path, KEPT - 1)).unwrap(), "old");
    }

    #[test]
    fn what_is_no_file_is_refused() {
        assert!(Saver::open(Path::new("/dev/null"), 1000).is_err());
        assert!(Saver::open(&std::env::temp_dir(), 1000).is_err());
    }
}
