//! Finding ONNX Runtime's shared library and loading it, once a process.

use std::env;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use ort::environment::Environment;

use crate::engine::{Engine, EngineError};

/// The variable that names the library's file. It wins over every other place.
const VARIABLE: &str = "ORT_DYLIB_PATH";

/// How to get what was not found.
const ADVICE: &str = "install it by 'pip install onnxruntime' or from your distribution, or \
                      set ORT_DYLIB_PATH to its file (1.23 or newer)";

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
    let environment = ort::init_from(&path)
        .map_err(|error| error.to_string())?
        .with_name("slap-edge")
        .with_telemetry(false)
        // What it has to say reaches the caller as errors; it must not write over a screen.
        .with_logger(Arc::new(|_, _, _, _, _| {}))
        .build()
        .map_err(|error| error.message().to_owned())?;
    let version = version(&path).unwrap_or_else(|| "of unknown version".to_owned());
    Ok(Library { environment, path, version })
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
    fn a_version_is_read_from_the_name() {
        assert_eq!(version(Path::new("/a/libonnxruntime.so.1.31.1")).unwrap(), "1.31.1");
        assert_eq!(version(Path::new("/a/libonnxruntime.1.31.1.dylib")).unwrap(), "1.31.1");
        assert_eq!(version(Path::new("/a/libonnxruntime.so")), None);
        assert_eq!(version(Path::new("/a.1.2/libonnxruntime.so.1")), None);
    }
}
