//! Finding the bundle.

use std::ffi::OsStr;
use std::fmt;
use std::path::{Path, PathBuf};

/// The bundle that is used where the user names none.
pub const DEFAULT_BUNDLE: &str = "slap-voice-small";

/// The environment variable that names a bundle.
pub const BUNDLE_VARIABLE: &str = "SLAP_EDGE_BUNDLE";

/// Nothing was named and nothing lies in the usual places.
#[derive(Debug)]
pub struct NoBundle {
    looked: Vec<PathBuf>,
}

impl fmt::Display for NoBundle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "no bundle found: --bundle and ${BUNDLE_VARIABLE} are not given, and there is none in "
        )?;
        for (index, path) in self.looked.iter().enumerate() {
            let separator = if index == 0 { "" } else { " or " };
            write!(f, "{separator}'{}'", path.display())?;
        }
        f.write_str("; name the folder of a bundle with --bundle")
    }
}

impl std::error::Error for NoBundle {}

/// The folder of the bundle to use: `named`, else the environment's, else the first of
/// the usual places that exists.
///
/// A folder that was named is returned even if it does not exist, so that the error is
/// about it and another bundle is never used in its stead.
pub fn bundle(named: Option<&Path>) -> Result<PathBuf, NoBundle> {
    let program = std::env::current_exe().ok();
    choose(
        named,
        std::env::var_os(BUNDLE_VARIABLE).as_deref(),
        &usual_places(program.as_deref()),
    )
}

fn usual_places(program: Option<&Path>) -> Vec<PathBuf> {
    let mut places = vec![Path::new("models").join(DEFAULT_BUNDLE)];
    if let Some(prefix) = program.and_then(Path::parent).and_then(Path::parent) {
        places.push(prefix.join("share/slap-edge/models").join(DEFAULT_BUNDLE));
    }
    places
}

fn choose(
    named: Option<&Path>,
    variable: Option<&OsStr>,
    places: &[PathBuf],
) -> Result<PathBuf, NoBundle> {
    if let Some(path) = named {
        return Ok(path.to_owned());
    }
    if let Some(value) = variable.filter(|value| !value.is_empty()) {
        return Ok(PathBuf::from(value));
    }
    places
        .iter()
        .find(|place| place.is_dir())
        .cloned()
        .ok_or_else(|| NoBundle { looked: places.to_vec() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_flag_wins_over_the_variable_and_both_over_the_usual_places() {
        let here = [PathBuf::from(".")];
        let (flag, variable) = (Path::new("/flag"), OsStr::new("/variable"));
        assert_eq!(choose(Some(flag), Some(variable), &here).unwrap(), flag);
        assert_eq!(choose(None, Some(variable), &here).unwrap(), Path::new("/variable"));
        assert_eq!(choose(None, Some(OsStr::new("")), &here).unwrap(), here[0]);
    }

    #[test]
    fn the_error_lists_every_place() {
        let places = usual_places(Some(Path::new("/opt/slap/bin/slap-edge")));
        let missing = NoBundle { looked: places }.to_string();
        assert!(missing.contains("'models/slap-voice-small'"), "{missing}");
        let shared = "'/opt/slap/share/slap-edge/models/slap-voice-small'";
        assert!(missing.contains(shared), "{missing}");
        assert!(missing.contains("--bundle"), "{missing}");
    }
}
