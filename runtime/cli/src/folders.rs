//! The recordings in folders.

use std::path::{Path, PathBuf};

use walkdir::WalkDir;

/// How the names of recordings end, in lower case.
const ENDINGS: [&str; 5] = ["wav", "flac", "ogg", "oga", "mp3"];

/// `paths` with each folder replaced by the recordings in it and in its folders, by name.
///
/// What cannot be looked into stays a path in its place, so that opening it says why, and so
/// does a folder without recordings. Files are left as they are, whatever they are called,
/// and so is `-`.
pub fn expand(paths: Vec<PathBuf>) -> Vec<PathBuf> {
    let mut recordings = Vec::new();
    for path in paths {
        if path == Path::new("-") || !path.is_dir() {
            recordings.push(path);
            continue;
        }
        let before = recordings.len();
        recordings.extend(inside(&path));
        if recordings.len() == before {
            recordings.push(path);
        }
    }
    recordings
}

fn inside(folder: &Path) -> impl Iterator<Item = PathBuf> {
    WalkDir::new(folder)
        .sort_by_file_name()
        .into_iter()
        .filter_entry(|entry| entry.depth() == 0 || !is_hidden(entry.path()))
        .filter_map(|entry| match entry {
            Ok(entry) => {
                // Behind a link, too; a pipe would be waited for, and a link to a folder may
                // lead in a circle.
                let found = is_recording(entry.path()) && entry.path().is_file();
                found.then(|| entry.into_path())
            }
            Err(error) => {
                let path = error.path()?;
                (is_recording(path) || path.is_dir()).then(|| path.to_owned())
            }
        })
}

fn is_hidden(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b"."))
}

fn is_recording(path: &Path) -> bool {
    !is_hidden(path)
        && path.extension().is_some_and(|ending| {
            ENDINGS.iter().any(|known| ending.eq_ignore_ascii_case(known))
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn recordings_are_told_by_their_names() {
        for name in ["a.wav", "b.FLAC", "c.d.Ogg", "e.oga", "f.mP3"] {
            assert!(is_recording(Path::new(name)), "{name}");
        }
        for name in ["a.txt", "wav", "b.wav.txt", "c.", ".mp3", "._a.wav"] {
            assert!(!is_recording(Path::new(name)), "{name}");
        }
    }
}
