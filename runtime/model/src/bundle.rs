//! Opening a bundle: a folder whose manifest lists every file by size and
//! digest.

use core::fmt;
use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use crate::background::Background;
use crate::hash::Sha256;
use crate::manifest::{self, Manifest, ManifestError};
use crate::pack::{PackError, PromptPack};
use crate::space::Fit;

/// Files larger than this are verified when they are read rather than when the
/// bundle is opened: a run that embeds no new sentence never touches the text
/// tower, and should not wait for it to be hashed.
pub const VERIFY_ON_OPEN: u64 = 8 << 20;

/// Largest manifest that is read at all, in bytes.
const MAX_MANIFEST: u64 = 4 << 20;

/// An open bundle: manifest, prompts and background in memory, the rest on disk.
#[derive(Debug)]
pub struct Bundle {
    dir: PathBuf,
    manifest: Manifest,
    prompts: PromptPack,
    background: Option<Background>,
}

/// Why a bundle cannot be used.
#[derive(Debug)]
#[non_exhaustive]
pub enum BundleError {
    /// Nothing at that path.
    NotFound {
        /// The path.
        path: PathBuf,
    },
    /// Something else than a folder.
    NotADirectory {
        /// The path.
        path: PathBuf,
    },
    /// A folder without a manifest.
    NoManifest {
        /// The path of the folder.
        path: PathBuf,
    },
    /// A manifest that cannot be used.
    Manifest {
        /// Its path.
        path: PathBuf,
        /// What is wrong with it.
        source: ManifestError,
    },
    /// A listed file is not there.
    MissingFile {
        /// Its path.
        path: PathBuf,
    },
    /// A file the manifest does not list.
    UnlistedFile {
        /// Its path.
        path: PathBuf,
    },
    /// A listed name that is no regular file, or a link out of the bundle.
    UnsafeFile {
        /// Its path.
        path: PathBuf,
    },
    /// A file of another size than listed.
    WrongSize {
        /// Its path.
        path: PathBuf,
        /// Bytes listed.
        expected: u64,
        /// Bytes found.
        got: u64,
    },
    /// A file of other content than listed.
    WrongHash {
        /// Its path.
        path: PathBuf,
        /// Digest listed.
        expected: Sha256,
        /// Digest found.
        got: Sha256,
    },
    /// A name that the manifest's `files` does not have.
    NotListed {
        /// The name asked for.
        name: String,
    },
    /// A prompt pack or background that cannot be used.
    Pack {
        /// Its path.
        path: PathBuf,
        /// What is wrong with it.
        source: PackError,
    },
    /// The system refuses to read a file.
    Io {
        /// Its path.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
}

impl fmt::Display for BundleError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const AGAIN: &str = "copy the bundle again";
        match self {
            Self::NotFound { path } => write!(
                f,
                "expected a bundle at {}, got nothing; check the path",
                path.display()
            ),
            Self::NotADirectory { path } => write!(
                f,
                "expected a bundle folder at {}, got a file; give the folder that holds {}",
                path.display(),
                manifest::FILE_NAME
            ),
            Self::NoManifest { path } => write!(
                f,
                "expected {} in {}, got none; give the folder of a finished bundle",
                manifest::FILE_NAME,
                path.display()
            ),
            Self::Manifest { path, source } => write!(f, "{}: {source}", path.display()),
            Self::MissingFile { path } => write!(
                f,
                "expected {} because the manifest lists it, got nothing; {AGAIN}",
                path.display()
            ),
            Self::UnlistedFile { path } => write!(
                f,
                "expected only files the manifest lists, got {}; move it out of the bundle",
                path.display()
            ),
            Self::UnsafeFile { path } => write!(
                f,
                "expected {} to be a regular file inside the bundle, got something else; {AGAIN}",
                path.display()
            ),
            Self::WrongSize { path, expected, got } => write!(
                f,
                "expected {} to be {expected} bytes, got {got}; {AGAIN}",
                path.display()
            ),
            Self::WrongHash { path, expected, got } => write!(
                f,
                "expected {} to have the sha256 {expected}, got {got}; {AGAIN}",
                path.display()
            ),
            Self::NotListed { name } => {
                write!(f, "expected `{name}` in the manifest's `files`, got no entry")
            }
            Self::Pack { path, source } => write!(f, "{}: {source}", path.display()),
            Self::Io { path, source } => {
                write!(f, "expected to read {}, got: {source}", path.display())
            }
        }
    }
}

impl core::error::Error for BundleError {
    fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        match self {
            Self::Manifest { source, .. } => Some(source),
            Self::Pack { source, .. } => Some(source),
            Self::Io { source, .. } => Some(source),
            _ => None,
        }
    }
}

impl Bundle {
    /// Opens the bundle in the folder `dir`.
    ///
    /// Checks the manifest, that its files are there with the listed sizes and
    /// no others, the digest of every file up to [`VERIFY_ON_OPEN`], and that
    /// prompts and background fit the tower. Larger files are checked when they
    /// are read; [`Bundle::verify_all`] checks them all.
    ///
    /// # Errors
    ///
    /// [`BundleError`], with a variant for each way a bundle can be wrong.
    pub fn open(dir: impl AsRef<Path>) -> Result<Self, BundleError> {
        let dir = dir.as_ref().to_path_buf();
        let manifest = read_manifest(&dir)?;
        check_files(&dir, &manifest)?;
        let tower = tower_sha256(&manifest);
        let dim = manifest.tower.embedding_dim;
        let mut prompts = None;
        let mut background = None;
        for (name, entry) in &manifest.files {
            let is_prompts = *name == manifest.prompts;
            let is_background = manifest.background.as_ref() == Some(name);
            if entry.bytes > VERIFY_ON_OPEN && !is_prompts && !is_background {
                continue;
            }
            let bytes = read_verified(&dir, &manifest, name)?;
            let wrong = |source| BundleError::Pack { path: dir.join(name), source };
            if is_prompts {
                prompts = Some(PromptPack::read(&bytes, tower, dim).map_err(wrong)?);
            }
            if is_background {
                background = Some(Background::read(&bytes, tower, dim).map_err(wrong)?);
            }
        }
        let Some(prompts) = prompts else {
            return Err(BundleError::NotListed { name: manifest.prompts });
        };
        Ok(Self { dir, manifest, prompts, background })
    }

    /// The manifest.
    #[must_use]
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// The bundle's folder.
    #[must_use]
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// The bundle's own prompts and tasks.
    #[must_use]
    pub fn prompt_pack(&self) -> &PromptPack {
        &self.prompts
    }

    /// Embeddings of ordinary recordings, if the bundle has them.
    #[must_use]
    pub fn background(&self) -> Option<&Background> {
        self.background.as_ref()
    }

    /// Digest of the tower's float32 graph, which identifies the tower.
    #[must_use]
    pub fn tower_sha256(&self) -> Sha256 {
        tower_sha256(&self.manifest)
    }

    /// Which prompt packs fit: those made for the tower, and for the one whose space it is
    /// in. The bundle's own prompts are always of its own tower.
    #[must_use]
    pub fn fit(&self) -> Fit {
        Fit { tower: self.tower_sha256(), space: self.manifest.tower.space.clone() }
    }

    /// Reads a listed file and verifies the bytes that are returned.
    ///
    /// # Errors
    ///
    /// [`BundleError`] when the file is not listed, not there, or not as listed.
    pub fn read(&self, name: &str) -> Result<Vec<u8>, BundleError> {
        read_verified(&self.dir, &self.manifest, name)
    }

    /// Verifies size and digest of every file, whatever its size.
    ///
    /// # Errors
    ///
    /// [`BundleError`] for the first file that is not as listed.
    pub fn verify_all(&self) -> Result<(), BundleError> {
        check_files(&self.dir, &self.manifest)?;
        for name in self.manifest.files.keys() {
            self.read(name)?;
        }
        Ok(())
    }
}

/// The entry is there: [`Manifest::read`] refuses unlisted references.
fn tower_sha256(manifest: &Manifest) -> Sha256 {
    manifest.files.get(&manifest.tower.float32).map_or_else(|| Sha256::of(&[]), |e| e.sha256)
}

fn read_manifest(dir: &Path) -> Result<Manifest, BundleError> {
    match fs::metadata(dir) {
        Ok(found) if found.is_dir() => {}
        Ok(_) => return Err(BundleError::NotADirectory { path: dir.into() }),
        Err(e) if e.kind() == io::ErrorKind::NotFound => {
            return Err(BundleError::NotFound { path: dir.into() });
        }
        Err(source) => return Err(BundleError::Io { path: dir.into(), source }),
    }
    let path = dir.join(manifest::FILE_NAME);
    let text = match fs::metadata(&path) {
        Ok(found) if !found.is_file() => return Err(BundleError::UnsafeFile { path }),
        Ok(found) if found.len() > MAX_MANIFEST => {
            return Err(BundleError::WrongSize {
                path,
                expected: MAX_MANIFEST,
                got: found.len(),
            });
        }
        Ok(_) => fs::read(&path),
        Err(e) => Err(e),
    };
    match text {
        Ok(text) => {
            Manifest::read(&text).map_err(|source| BundleError::Manifest { path, source })
        }
        Err(e) if e.kind() == io::ErrorKind::NotFound => {
            Err(BundleError::NoManifest { path: dir.into() })
        }
        Err(source) => Err(BundleError::Io { path, source }),
    }
}

/// Checks, without reading any content, that the listed files and no others are
/// there, regular, inside the bundle and of the listed sizes.
fn check_files(dir: &Path, manifest: &Manifest) -> Result<(), BundleError> {
    let root =
        dir.canonicalize().map_err(|source| BundleError::Io { path: dir.into(), source })?;
    let mut listed = BTreeSet::new();
    for (name, entry) in &manifest.files {
        let path = dir.join(name);
        let real = match path.canonicalize() {
            Ok(real) => real,
            Err(e) if e.kind() == io::ErrorKind::NotFound => {
                return Err(BundleError::MissingFile { path });
            }
            Err(source) => return Err(BundleError::Io { path, source }),
        };
        let found = fs::metadata(&real)
            .map_err(|source| BundleError::Io { path: path.clone(), source })?;
        if !found.is_file() || !real.starts_with(&root) {
            return Err(BundleError::UnsafeFile { path });
        }
        if found.len() != entry.bytes {
            return Err(BundleError::WrongSize {
                path,
                expected: entry.bytes,
                got: found.len(),
            });
        }
        listed.insert(path);
    }
    listed.insert(dir.join(manifest::FILE_NAME));
    check_unlisted(dir, &listed)
}

/// Refuses files that are not listed. Hidden ones are passed over: desktops and
/// version control leave them everywhere, and nothing reads them.
fn check_unlisted(dir: &Path, listed: &BTreeSet<PathBuf>) -> Result<(), BundleError> {
    let failed = |source| BundleError::Io { path: dir.into(), source };
    for entry in fs::read_dir(dir).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        if entry.file_name().as_encoded_bytes().starts_with(b".") {
            continue;
        }
        let path = entry.path();
        if entry.file_type().map_err(failed)?.is_dir() {
            check_unlisted(&path, listed)?;
        } else if !listed.contains(&path) {
            return Err(BundleError::UnlistedFile { path });
        }
    }
    Ok(())
}

/// Reads a listed file and verifies the very bytes that are returned, so that
/// nothing can change between the check and the use.
fn read_verified(dir: &Path, manifest: &Manifest, name: &str) -> Result<Vec<u8>, BundleError> {
    let Some(entry) = manifest.files.get(name) else {
        return Err(BundleError::NotListed { name: name.into() });
    };
    let path = dir.join(name);
    let failed = |e: io::Error| match e.kind() {
        io::ErrorKind::NotFound => BundleError::MissingFile { path: path.clone() },
        _ => BundleError::Io { path: path.clone(), source: e },
    };
    let file = File::open(&path).map_err(failed)?;
    let found = file.metadata().map_err(failed)?.len();
    let wrong_size =
        |got| BundleError::WrongSize { path: path.clone(), expected: entry.bytes, got };
    if found != entry.bytes {
        return Err(wrong_size(found));
    }
    // One byte more than listed, so that a file that grows meanwhile is noticed.
    let mut bytes = Vec::with_capacity(usize::try_from(found).unwrap_or(0).saturating_add(1));
    file.take(found.saturating_add(1)).read_to_end(&mut bytes).map_err(failed)?;
    if bytes.len() as u64 != entry.bytes {
        return Err(wrong_size(bytes.len() as u64));
    }
    let got = Sha256::of(&bytes);
    if got != entry.sha256 {
        return Err(BundleError::WrongHash { path, expected: entry.sha256, got });
    }
    Ok(bytes)
}
