//! Pack files on disk: read within bounds, replaced as a whole or not at all.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, bail};
use slap_edge::model::manifest;

/// Largest pack that is read, in bytes: half a million sentences of the default bundle.
const MAX_BYTES: u64 = 256 << 20;

/// Largest `manifest.json` that is looked into to recognise a bundle, in bytes.
const MAX_MANIFEST_BYTES: u64 = 16 << 20;

/// Reads the pack file at `path`.
///
/// # Errors
///
/// When it is not a regular file of at most 256 MiB: a device or a pipe may never end.
pub fn read(path: &Path) -> anyhow::Result<Vec<u8>> {
    // Before opening: that alone waits for ever on a pipe without a writer.
    let found = fs::metadata(path)?;
    if !found.is_file() {
        let got = if found.is_dir() { "a folder" } else { "a device or a pipe" };
        bail!("expected a regular file, got {got}");
    }
    if found.len() > MAX_BYTES {
        bail!("expected at most {MAX_BYTES} bytes, got {}", found.len());
    }
    let mut bytes = Vec::new();
    File::open(path)?.take(MAX_BYTES + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MAX_BYTES {
        bail!("expected at most {MAX_BYTES} bytes, got a file that grows");
    }
    Ok(bytes)
}

/// A file that a pack is to be written to, as it was when the command began.
#[derive(Debug)]
pub struct Target {
    /// As the user named it.
    named: PathBuf,
    /// The file itself, behind links.
    real: PathBuf,
    /// What it held, if it was there.
    found: Option<Vec<u8>>,
}

impl Target {
    /// Looks at the file `named`, which need not exist.
    ///
    /// # Errors
    ///
    /// When it cannot be a pack: it lies in `bundle` or another bundle, which nothing may
    /// change, in a folder that is not there, or is no regular file.
    pub fn find(named: &Path, bundle: &Path) -> anyhow::Result<Self> {
        let cannot = || format!("the pack cannot be written to '{}'", named.display());
        let exists = match fs::symlink_metadata(named) {
            Ok(_) => true,
            Err(error) if error.kind() == io::ErrorKind::NotFound => false,
            Err(error) => return Err(error).with_context(cannot),
        };
        let real = if exists {
            fs::canonicalize(named).with_context(cannot)?
        } else {
            let Some(name) = named.file_name() else {
                bail!(
                    "expected a file to write the pack to, got '{}'; name a file",
                    named.display()
                );
            };
            fs::canonicalize(folder(named)).with_context(cannot)?.join(name)
        };
        let bundle = fs::canonicalize(bundle).with_context(cannot)?;
        if let Some(inside) =
            real.ancestors().skip(1).find(|at| **at == bundle || is_bundle(at))
        {
            bail!(
                "expected a pack outside the bundle '{}', which it would damage, got '{}'; name \
                 a file elsewhere",
                inside.display(),
                named.display()
            );
        }
        let found = exists
            .then(|| read(&real))
            .transpose()
            .with_context(|| format!("the prompt pack '{}' cannot be used", named.display()))?;
        Ok(Self { named: named.to_owned(), real, found })
    }

    /// What the file held, if it was there.
    pub fn found(&self) -> Option<&[u8]> {
        self.found.as_deref()
    }

    /// Puts `bytes` in place of what was found, as a whole or not at all.
    ///
    /// # Errors
    ///
    /// When the file cannot be written, or is no longer as it was found: what another
    /// program wrote meanwhile must not be lost.
    pub fn replace(&self, bytes: &[u8]) -> anyhow::Result<()> {
        let cannot = || format!("the pack cannot be written to '{}'", self.named.display());
        let (mut file, partial) = create_beside(&self.real).with_context(cannot)?;
        let done = self
            .fill(&mut file, bytes)
            .with_context(cannot)
            .and_then(|()| self.move_here(&partial));
        if done.is_err() {
            let _ = fs::remove_file(&partial);
        }
        done
    }

    fn fill(&self, file: &mut File, bytes: &[u8]) -> io::Result<()> {
        if self.found.is_some() {
            file.set_permissions(fs::metadata(&self.real)?.permissions())?;
        }
        file.write_all(bytes)?;
        file.sync_all()
    }

    fn move_here(&self, partial: &Path) -> anyhow::Result<()> {
        let cannot = || format!("the pack cannot be written to '{}'", self.named.display());
        // Nobody else may come between the last look and the move.
        let _lock = lock(folder(&self.real)).with_context(cannot)?;
        let now = match fs::symlink_metadata(&self.real) {
            Ok(_) => Some(read(&self.real).with_context(cannot)?),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(error).with_context(cannot),
        };
        if now != self.found {
            bail!(
                "expected '{}' to stay as it was while sentences were embedded, got another \
                 file; nothing was written, run the command again",
                self.named.display()
            );
        }
        fs::rename(partial, &self.real).with_context(cannot)
    }
}

/// The folder that `path` lies in.
fn folder(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Whether `folder` holds the manifest of a bundle, readable or not by this release.
fn is_bundle(folder: &Path) -> bool {
    let path = folder.join(manifest::FILE_NAME);
    let small =
        fs::metadata(&path).is_ok_and(|it| it.is_file() && it.len() <= MAX_MANIFEST_BYTES);
    small
        && fs::read(&path)
            .ok()
            .and_then(|text| serde_json::from_slice::<serde_json::Value>(&text).ok())
            .is_some_and(|manifest| manifest["format"] == manifest::FORMAT)
}

/// Creates a file of a new name in the folder of `path`; never follows a link.
pub fn create_beside(path: &Path) -> io::Result<(File, PathBuf)> {
    let mut number = 0u32;
    loop {
        let name = format!(".slap-edge-{}-{number}.partial", std::process::id());
        let partial = path.with_file_name(name);
        match OpenOptions::new().write(true).create_new(true).open(&partial) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists && number < 1000 => {
                number += 1;
            }
            other => return other.map(|file| (file, partial)),
        }
    }
}

/// Holds `folder` against other runs of this program until the result is dropped.
///
/// `None` where the system cannot lock a folder: the look just before the move is then
/// all there is.
fn lock(folder: &Path) -> io::Result<Option<File>> {
    let Ok(handle) = File::open(folder) else { return Ok(None) };
    for _ in 0..200 {
        match handle.try_lock() {
            Ok(()) => return Ok(Some(handle)),
            Err(TryLockError::WouldBlock) => std::thread::sleep(Duration::from_millis(25)),
            Err(TryLockError::Error(_)) => return Ok(None),
        }
    }
    Err(io::Error::new(
        io::ErrorKind::WouldBlock,
        "expected the folder to be free, got one that another program has locked; try again",
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An empty folder and a place outside it that stands for the bundle.
    fn folders(name: &str) -> (PathBuf, PathBuf) {
        let all =
            std::env::temp_dir().join(format!("slap-packfile-{}-{name}", std::process::id()));
        let _ = fs::remove_dir_all(&all);
        let (mine, bundle) = (all.join("mine"), all.join("bundle"));
        fs::create_dir_all(&mine).unwrap();
        fs::create_dir_all(&bundle).unwrap();
        (mine, bundle)
    }

    fn names(folder: &Path) -> Vec<String> {
        let name = |entry: io::Result<fs::DirEntry>| {
            entry.unwrap().file_name().to_string_lossy().into_owned()
        };
        fs::read_dir(folder).unwrap().map(name).collect()
    }

    #[test]
    fn what_changed_meanwhile_is_kept() {
        let (mine, bundle) = folders("changed");
        let path = mine.join("pack");
        let new = Target::find(&path, &bundle).unwrap();
        assert_eq!(new.found(), None);
        fs::write(&path, "theirs").unwrap();
        let error = new.replace(b"mine").unwrap_err().to_string();
        assert!(error.contains("nothing was written"), "{error}");

        let old = Target::find(&path, &bundle).unwrap();
        assert_eq!(old.found(), Some(&b"theirs"[..]));
        fs::write(&path, "theirs too").unwrap();
        old.replace(b"mine").unwrap_err();
        assert_eq!(fs::read(&path).unwrap(), b"theirs too");
        fs::remove_file(&path).unwrap();
        old.replace(b"mine").unwrap_err();
        assert!(names(&mine).is_empty(), "{:?}", names(&mine));
        new.replace(b"mine").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"mine");
        assert_eq!(names(&mine), ["pack"]);
        fs::remove_dir_all(mine.parent().unwrap()).unwrap();
    }

    #[test]
    fn a_file_of_the_temporary_name_is_left_alone() {
        let (mine, bundle) = folders("taken");
        let taken = format!(".slap-edge-{}-0.partial", std::process::id());
        fs::write(mine.join(&taken), "precious").unwrap();
        Target::find(&mine.join("pack"), &bundle).unwrap().replace(b"mine").unwrap();
        assert_eq!(fs::read(mine.join(&taken)).unwrap(), b"precious");
        assert_eq!(names(&mine).len(), 2);
        fs::remove_dir_all(mine.parent().unwrap()).unwrap();
    }

    #[test]
    fn a_pack_too_large_to_read_is_refused() {
        let (mine, bundle) = folders("large");
        let path = mine.join("pack");
        File::create(&path).unwrap().set_len(MAX_BYTES + 1).unwrap();
        let error = format!("{:#}", Target::find(&path, &bundle).unwrap_err());
        assert!(error.contains("expected at most 268435456 bytes, got 268435457"), "{error}");
        fs::remove_dir_all(mine.parent().unwrap()).unwrap();
    }
}
