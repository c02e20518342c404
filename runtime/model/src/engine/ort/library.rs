//! Finding ONNX Runtime's shared library and loading it, once a process.

use std::env;
use std::error::Error as _;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use ort::LoadDynamicError;
use ort::environment::Environment;

use crate::engine::{Engine, EngineError};

/// The variable that names the library's file. It wins over every other place.
const VARIABLE: &str = "ORT_DYLIB_PATH";

/// How to get what was not found.
const ADVICE: &str = "install it by 'pip install onnxruntime' or from your distribution, or \
                      set ORT_DYLIB_PATH to its file (1.24 or newer)";

/// Folders of libraries beside those that the variables name.
const SYSTEM_FOLDERS: [&str; 5] =
    ["/usr/local/lib", "/usr/lib", "/usr/lib64", "/lib", "/opt/homebrew/lib"];

/// The library, loaded.
#[derive(Debug)]
pub(super) struct Library {
    pub(super) environment: Environment,
    /// The file.
    pub(super) path: PathBuf,
    /// Its version, as far as its name tells.
    pub(super) version: String,
}

/// The library: the one at `path`, or the one that is found. The first call that succeeds
/// loads it, and every later call gives the same one.
///
/// # Errors
///
/// [`EngineError::NoEngine`] with every place that was tried in vain, if any.
pub(super) fn library(path: Option<&Path>) -> Result<&'static Library, EngineError> {
    static LIBRARY: OnceLock<Library> = OnceLock::new();
    static LOADING: Mutex<()> = Mutex::new(());
    let _one = LOADING.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(library) = LIBRARY.get() {
        return Ok(library);
    }
    let library =
        load(path).map_err(|reason| EngineError::NoEngine { engine: Engine::Ort, reason })?;
    Ok(LIBRARY.get_or_init(|| library))
}

fn load(path: Option<&Path>) -> Result<Library, String> {
    let variable = env::var_os(VARIABLE).filter(|path| !path.is_empty()).map(PathBuf::from);
    let named = path.map(Path::to_owned).or(variable);
    let candidates = match &named {
        Some(path) if path.is_dir() => in_folder(path).into_iter().collect(),
        Some(path) => vec![path.clone()],
        None => folders().iter().filter_map(|folder| in_folder(folder)).collect(),
    };
    let mut failures = Vec::new();
    for path in candidates {
        // The loader takes a path without a folder as a name to search for.
        match path.canonicalize().map_err(|error| error.to_string()).and_then(open) {
            Ok(library) => return Ok(library),
            Err(reason) => failures.push(format!("'{}': {reason}", path.display())),
        }
    }
    Err(match (&named, failures.is_empty()) {
        (Some(path), true) => format!("there is none in '{}'", path.display()),
        (Some(_), false) => format!("it cannot be loaded from {}", failures.join("; ")),
        (None, true) => format!("ONNX Runtime is not installed here; {ADVICE}"),
        (None, false) => format!("{}; {ADVICE}", failures.join("; ")),
    })
}

fn open(path: PathBuf) -> Result<Library, String> {
    check(&path)?;
    let environment = ort::init_from(&path)
        .map_err(|error| told(&error))?
        .with_name("slap-edge")
        .with_telemetry(false)
        // What it has to say reaches the caller as errors; it must not write over a screen.
        .with_logger(Arc::new(|_, _, _, _, _| {}))
        .build()
        .map_err(|error| error.message().to_owned())?;
    let version = version(&path).unwrap_or_else(|| "of unknown version".to_owned());
    Ok(Library { environment, path, version })
}

/// Looks at the file as far as loading it would not end in an error but in a signal, or
/// never.
fn check(path: &Path) -> Result<(), String> {
    let said = |error: std::io::Error| error.to_string();
    let about = std::fs::metadata(path).map_err(said)?;
    if !about.is_file() {
        return Err("not a file".to_owned());
    }
    if path.to_string_lossy().contains("onnxruntime_providers_") {
        return Err("a part of ONNX Runtime, not its library".to_owned());
    }
    let mut header = [0; 64];
    let mut file = std::fs::File::open(path).map_err(said)?;
    let whole = file.read_exact(&mut header).is_ok();
    match elf_length(&header).filter(|_| whole) {
        Some(length) if length > about.len() => Err(format!(
            "cut short: expected {length} bytes, got {}; install it again",
            about.len()
        )),
        _ => Ok(()),
    }
}

/// How long a file with this header is at least, if it is an ELF file of 64 bits with the
/// least significant byte first: its table of sections comes last.
fn elf_length(header: &[u8; 64]) -> Option<u64> {
    let number = |at: usize| u16::from_le_bytes([header[at], header[at + 1]]);
    if !header.starts_with(b"\x7fELF\x02\x01") {
        return None;
    }
    let offset = u64::from_le_bytes(*header[0x28..].first_chunk()?);
    offset.checked_add(u64::from(number(0x3a)) * u64::from(number(0x3c)))
}

/// What the loader says, with its reason.
fn told(error: &LoadDynamicError) -> String {
    match error {
        LoadDynamicError::BadVersion { version_str, .. } => {
            format!("version {version_str}, expected 1.24 or newer")
        }
        LoadDynamicError::MissingApi { .. } => "another library".to_owned(),
        LoadDynamicError::Dlopen { error, .. } => {
            let reason = error.source().map_or_else(|| error.to_string(), ToString::to_string);
            reason.lines().next().unwrap_or_default().to_owned()
        }
        other => other.to_string(),
    }
}

/// The library in `folder`, if there is one.
fn in_folder(folder: &Path) -> Option<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten();
    let files = entries.filter_map(|entry| Some(entry.ok()?.path()));
    // Links and their files stand side by side; one of them will do.
    files.filter(|path| is_library(path)).max()
}

/// Folders that may hold the library, the likeliest first.
fn folders() -> Vec<PathBuf> {
    let mut folders = Vec::new();
    if let Some(folder) = env::current_exe().ok().as_deref().and_then(Path::parent) {
        folders.extend([folder.to_owned(), folder.join("../lib/slap-edge")]);
    }
    for variable in ["LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH"] {
        folders.extend(env::var_os(variable).iter().flat_map(env::split_paths));
    }
    for folder in SYSTEM_FOLDERS.map(PathBuf::from) {
        // Debian keeps libraries in a folder named after the processor and the system.
        folders.push(folder.join(format!("{}-linux-gnu", env::consts::ARCH)));
        folders.push(folder);
    }
    folders.retain(|folder| folder.is_absolute());
    folders.extend(python_folders());
    folders
}

/// Where Python's package keeps the library, for each Python on the search path.
fn python_folders() -> Vec<PathBuf> {
    let paths = env::var_os("PATH").unwrap_or_default();
    let mut prefixes: Vec<PathBuf> = env::split_paths(&paths)
        .flat_map(|folder| ["python3", "python", "python.exe"].map(|name| folder.join(name)))
        .filter(|python| python.is_absolute() && python.is_file())
        // A virtual environment has its own folder, behind a link to another Python.
        .flat_map(|python| [Some(python.clone()), python.canonicalize().ok()])
        .filter_map(|python| Some(python?.parent()?.parent()?.to_owned()))
        .collect();
    prefixes.extend(env::home_dir().map(|home| home.join(".local")));
    let mut folders = Vec::new();
    for prefix in prefixes {
        let versions = std::fs::read_dir(prefix.join("lib")).into_iter().flatten();
        let lib = versions
            .filter_map(|entry| Some(entry.ok()?.path()))
            .filter(|path| {
                path.file_name().is_some_and(|it| it.as_encoded_bytes().starts_with(b"python3"))
            })
            .chain([prefix.join("Lib")]);
        for folder in lib {
            for packages in ["site-packages", "dist-packages"] {
                let folder = folder.join(packages).join("onnxruntime/capi");
                if !folders.contains(&folder) {
                    folders.push(folder);
                }
            }
        }
    }
    folders
}

/// Whether the file's name is that of the library, with or without a version.
fn is_library(path: &Path) -> bool {
    let Some(name) = path.file_name().and_then(|name| name.to_str()) else { return false };
    let stem = format!("{}onnxruntime", env::consts::DLL_PREFIX);
    let extension = env::consts::DLL_EXTENSION;
    let rest = name.strip_prefix(&stem).unwrap_or_default();
    rest.starts_with('.') && rest.split('.').any(|part| part == extension)
}

/// The digits and dots in a file's name, without the extension.
fn version(path: &Path) -> Option<String> {
    let name = path.file_name()?.to_str()?;
    let parts: Vec<&str> = name
        .split('.')
        .filter(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()))
        .collect();
    (parts.len() > 1).then(|| parts.join("."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_known_by_its_name() {
        let (prefix, extension) = (env::consts::DLL_PREFIX, env::consts::DLL_EXTENSION);
        let plain = format!("{prefix}onnxruntime.{extension}");
        assert!(is_library(Path::new(&plain)));
        assert!(is_library(Path::new(&format!("{plain}.1.31.1"))));
        assert!(is_library(Path::new(&format!("{prefix}onnxruntime.1.31.1.{extension}"))));
        for other in ["onnxruntime_providers_shared", "onnxruntime4j", "onnxruntime", "onnx"] {
            let name = format!("{prefix}{other}.{extension}");
            assert_eq!(is_library(Path::new(&name)), other == "onnxruntime", "{name}");
        }
        assert!(!is_library(Path::new(&format!("{prefix}onnxruntime"))));
    }

    #[test]
    fn a_library_that_was_cut_short_is_not_loaded() {
        let mut header = [0; 64];
        assert_eq!(elf_length(&header), None);
        header[..6].copy_from_slice(b"\x7fELF\x02\x01");
        header[0x28..0x30].copy_from_slice(&1_000_000u64.to_le_bytes());
        header[0x3a..0x3e].copy_from_slice(&[64, 0, 30, 0]);
        assert_eq!(elf_length(&header), Some(1_000_000 + 64 * 30));
        header[0x28..0x30].copy_from_slice(&u64::MAX.to_le_bytes());
        assert_eq!(elf_length(&header), None);
    }

    #[test]
    fn a_version_is_read_from_the_name() {
        assert_eq!(version(Path::new("/a/libonnxruntime.so.1.31.1")).unwrap(), "1.31.1");
        assert_eq!(version(Path::new("/a/libonnxruntime.1.31.1.dylib")).unwrap(), "1.31.1");
        assert_eq!(version(Path::new("/a/libonnxruntime.so")), None);
        assert_eq!(version(Path::new("/a.1.2/libonnxruntime.so.1")), None);
    }
}
