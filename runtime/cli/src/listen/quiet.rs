//! Keeps what C libraries write to standard error off the terminal.
//!
//! ALSA's library and its plugins report every device that cannot be opened there, over and
//! over. Standard error belongs to the whole process, so it is turned away as a whole, and
//! the program's own words take the way that is kept.

use std::fs::File;
use std::io;
use std::os::fd::AsFd;
use std::sync::Arc;

/// While it lives, standard error leads nowhere.
///
/// A panic is still told: standard error is restored before its message is written.
#[derive(Debug)]
pub struct Quiet {
    kept: Arc<File>,
}

impl Quiet {
    /// Turns standard error away.
    ///
    /// # Errors
    ///
    /// When the process has no file descriptor left, or no `/dev/null`.
    pub fn begin() -> io::Result<Self> {
        let kept = Arc::new(File::from(io::stderr().as_fd().try_clone_to_owned()?));
        let nowhere = File::options().write(true).open("/dev/null")?;
        rustix::stdio::dup2_stderr(&nowhere)?;

        let to = Arc::clone(&kept);
        let previous = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            let _ = rustix::stdio::dup2_stderr(to.as_fd());
            previous(panic);
        }));
        Ok(Self { kept })
    }

    /// Standard error as it was: where the program itself speaks meanwhile.
    pub fn words(&self) -> Arc<File> {
        Arc::clone(&self.kept)
    }
}

impl Drop for Quiet {
    fn drop(&mut self) {
        let _ = rustix::stdio::dup2_stderr(self.kept.as_fd());
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;
    use crate::listen::again;

    #[test]
    fn only_the_programs_own_words_get_through() {
        let name = "only_the_programs_own_words_get_through";
        let Some(output) = again::in_child("quiet", name, &[]) else {
            let quiet = Quiet::begin().unwrap();
            writeln!(io::stderr(), "chatter").unwrap();
            writeln!(&*quiet.words(), "words").unwrap();
            drop(quiet);
            writeln!(io::stderr(), "after").unwrap();
            return;
        };
        assert!(output.status.success(), "{output:?}");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(said.contains("words\nafter\n") && !said.contains("chatter"), "{said}");
    }

    #[test]
    fn a_panic_is_told() {
        let Some(output) = again::in_child("quiet", "a_panic_is_told", &[]) else {
            let _quiet = Quiet::begin().unwrap();
            panic!("out with it");
        };
        assert!(!output.status.success(), "{output:?}");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(said.contains("out with it"), "{said}");
    }
}
