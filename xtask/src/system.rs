//! What the system must provide, how to tell, and how Debian installs it.
//!
//! Each need is found by trying it, not by asking the package database, so a
//! tool that came another way counts as well.

use std::path::Path;

use crate::process::{command, run, succeeds};
use crate::{Outcome, microcontroller};

/// Something the operating system has to provide.
pub struct Need {
    /// The packages of Debian that bring it.
    packages: &'static [&'static str],
    /// What it is for, as the end of the sentence "needed ...".
    purpose: &'static str,
    probe: Probe,
}

enum Probe {
    Succeeds(&'static str, &'static [&'static str]),
    Exists(&'static str),
    Holds(fn() -> bool),
}

impl Need {
    fn is_met(&self) -> bool {
        match self.probe {
            Probe::Succeeds(program, arguments) => succeeds(program, arguments),
            Probe::Exists(path) => Path::new(path).exists(),
            Probe::Holds(condition) => condition(),
        }
    }
}

const LINKER: Need = Need {
    packages: &["gcc", "libc6-dev"],
    purpose: "to link Rust programs",
    probe: Probe::Succeeds("cc", &["--version"]),
};

const ALSA: Need = Need {
    packages: &["libasound2-dev", "pkg-config"],
    purpose: "to build what opens a microphone",
    probe: Probe::Succeeds("pkg-config", &["--exists", "alsa"]),
};

const SOUND_SERVER: Need = Need {
    packages: &["pulseaudio", "pulseaudio-utils", "libasound2-plugins"],
    purpose: "to listen to a microphone without hardware, which the tests do",
    probe: Probe::Holds(|| {
        succeeds("pulseaudio", &["--version"]) && succeeds("paplay", &["--version"])
    }),
};

const PYTHON_VENV: Need = Need {
    packages: &["python3-venv"],
    purpose: "to make the Python environment of the training half",
    probe: Probe::Succeeds("python3", &["-c", "import ensurepip, venv"]),
};

const ESPEAK: Need = Need {
    packages: &["espeak-ng"],
    purpose: "to speak the synthetic voices of the corpus tests",
    probe: Probe::Succeeds("espeak-ng", &["--version"]),
};

const FLITE: Need = Need {
    packages: &["flite"],
    purpose: "to speak the voices of a second synthesiser",
    probe: Probe::Succeeds("flite", &["-lv"]),
};

const HUMAN_RECORDINGS: Need = Need {
    packages: &["alsa-utils"],
    purpose: "for its recordings of a human voice, which the tests score",
    probe: Probe::Exists("/usr/share/sounds/alsa/Front_Center.wav"),
};

const MICROCONTROLLER: Need = Need {
    packages: &["rustc-web", "rust-web-src"],
    purpose: "to check the core for a microcontroller; rustup's target thumbv7em-none-eabihf will do as well",
    probe: Probe::Holds(microcontroller::is_ready),
};

/// What building and running the `slap-edge` command takes.
pub const TO_RUN: &[Need] = &[LINKER, ALSA];

/// What listening without a microphone takes.
pub const TO_LISTEN: &[Need] = &[LINKER, ALSA, SOUND_SERVER, HUMAN_RECORDINGS];

/// What the checks take besides.
pub const TO_CHECK: &[Need] = &[
    LINKER,
    ALSA,
    SOUND_SERVER,
    PYTHON_VENV,
    ESPEAK,
    FLITE,
    HUMAN_RECORDINGS,
    MICROCONTROLLER,
];

/// Installs what is missing, after saying what and why.
///
/// # Errors
/// A sentence that names what is missing, if it cannot be installed from here.
pub fn provide(needs: &[Need]) -> Outcome {
    let missing: Vec<&Need> = needs.iter().filter(|need| !need.is_met()).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let mut packages: Vec<&str> =
        missing.iter().flat_map(|need| need.packages).copied().collect();
    packages.sort_unstable();
    packages.dedup();
    let list = packages.join(" ");

    println!("This machine lacks:");
    for need in &missing {
        println!("  {:<28} needed {}", need.packages.join(" "), need.purpose);
    }
    if !succeeds("apt-get", &["--version"]) {
        return Err(format!(
            "this system has no apt-get to install them with; install what Debian calls {list} and run this again"
        ));
    }
    let prefix: &[&str] = if is_root() {
        &[]
    } else if succeeds("sudo", &["-V"]) {
        &["sudo"]
    } else {
        return Err(format!(
            "installing needs root and there is no sudo; run as root: apt-get install {list}"
        ));
    };
    println!("Installing with {}apt-get: {list}", prefix.first().map_or("", |_| "sudo "));

    let install = ["apt-get", "-qq", "install", "-y", "--no-install-recommends"]
        .into_iter()
        .chain(packages);
    run(&mut as_root(prefix, ["apt-get", "-qq", "update"].into_iter()))?;
    run(&mut as_root(
        prefix,
        ["env", "DEBIAN_FRONTEND=noninteractive"].into_iter().chain(install),
    ))?;

    match missing.iter().find(|need| !need.is_met()) {
        None => Ok(()),
        Some(need) => Err(format!(
            "{} is installed but still does not answer; it is needed {}",
            need.packages.join(" "),
            need.purpose
        )),
    }
}

fn as_root<'a>(
    prefix: &[&'a str],
    words: impl Iterator<Item = &'a str>,
) -> std::process::Command {
    let mut words = prefix.iter().copied().chain(words);
    let program = words.next().unwrap_or("true");
    command(program, &words.collect::<Vec<_>>())
}

fn is_root() -> bool {
    command("id", &["-u"]).output().is_ok_and(|output| output.stdout.trim_ascii() == b"0")
}
