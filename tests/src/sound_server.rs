//! A sound server of the tests' own: a microphone without hardware.
//!
//! PulseAudio with an output that plays into the void, whose monitor is the microphone.
//! Nothing of the machine's own sound is touched: socket, home and ALSA's configuration are
//! in a folder of its own, and a program finds them by its environment.

use std::ffi::OsString;
use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// What a loaded machine may take to start the server.
const PATIENCE: Duration = Duration::from_secs(60);

/// A sound server that may run or not.
#[derive(Debug)]
pub struct SoundServer {
    folder: PathBuf,
    process: Option<Child>,
}

impl SoundServer {
    /// A server whose files are in `folder`, not yet running.
    ///
    /// # Errors
    ///
    /// When the folder cannot be written to.
    pub fn new(folder: &Path) -> io::Result<Self> {
        for inner in ["run", "xdg", "home"] {
            let inner = folder.join(inner);
            fs::create_dir_all(&inner)?;
            fs::set_permissions(inner, fs::Permissions::from_mode(0o700))?;
        }
        // An ALSA without any device, so that the machine's own does not matter.
        let alsa = folder.join("alsa.conf");
        if !alsa.exists() {
            fs::write(alsa, "")?;
        }
        Ok(Self { folder: folder.to_owned(), process: None })
    }

    /// What a program must find in its environment to use this server and no other.
    pub fn environment(&self) -> [(&'static str, OsString); 6] {
        let place = |name: &str| self.folder.join(name).into_os_string();
        let mut server = OsString::from("unix:");
        server.push(place("run/native"));
        [
            ("PULSE_SERVER", server),
            ("PULSE_RUNTIME_PATH", place("run")),
            ("PULSE_COOKIE", place("cookie")),
            ("XDG_RUNTIME_DIR", place("xdg")),
            ("HOME", place("home")),
            ("ALSA_CONFIG_PATH", place("alsa.conf")),
        ]
    }

    /// Starts it, and waits until it answers.
    ///
    /// # Errors
    ///
    /// When it is not installed, or does not answer in a minute.
    pub fn start(&mut self) -> io::Result<()> {
        self.signal("KILL")?;
        for left in ["run/native", "run/pid"] {
            let _ = fs::remove_file(self.folder.join(left));
        }
        let socket = self.folder.join("run/native");
        let socket =
            format!("module-native-protocol-unix socket={} auth-anonymous=1", socket.display());
        // Without rewinding the output plays in small steps, like a sound card.
        let sink = "module-null-sink sink_name=mic0 rate=48000 norewinds=1";
        let mut command = self.command("pulseaudio");
        command.env_remove("PULSE_SERVER");
        command.args(["-n", "--daemonize=no", "--exit-idle-time=-1"]);
        // Who gets an answer also finds the input.
        command.args(["-L", sink, "-L", &socket]);
        self.process = Some(spawn(&mut command)?);
        let began = Instant::now();
        loop {
            let mut command = self.command("pactl");
            command.args(["set-default-source", "mic0.monitor"]);
            if spawn(&mut command)?.wait()?.success() {
                return Ok(());
            }
            if began.elapsed() > PATIENCE {
                return Err(io::Error::other("pulseaudio does not come up"));
            }
            thread::sleep(Duration::from_millis(50));
        }
    }

    /// Sends the server a signal, such as `KILL` or `STOP`; after `KILL` it is gone.
    ///
    /// # Errors
    ///
    /// When the signal cannot be sent.
    pub fn signal(&mut self, signal: &str) -> io::Result<()> {
        let Some(process) = &mut self.process else { return Ok(()) };
        let mut kill = Command::new("kill");
        kill.args(["-s", signal, &process.id().to_string()]);
        if !spawn(&mut kill)?.wait()?.success() {
            return Err(io::Error::other(format!("the server takes no {signal}")));
        }
        if signal == "KILL" {
            process.wait()?;
            self.process = None;
        }
        Ok(())
    }

    /// Plays a WAV file into the microphone; 16-bit samples at 48 kHz in two channels arrive
    /// bit for bit.
    ///
    /// # Errors
    ///
    /// When there is no player.
    pub fn play(&self, wav: &Path) -> io::Result<Child> {
        spawn(self.command("paplay").args(["-d", "mic0"]).arg(wav))
    }

    /// A program in the server's environment.
    pub fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command.envs(self.environment());
        command
    }
}

impl Drop for SoundServer {
    fn drop(&mut self) {
        let _ = self.signal("KILL");
    }
}

fn spawn(command: &mut Command) -> io::Result<Child> {
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command.spawn().map_err(|error| {
        let program = command.get_program().to_string_lossy().into_owned();
        io::Error::new(
            error.kind(),
            format!(
                "{program} cannot be run ({error}); it is in the packages pulseaudio and \
                 pulseaudio-utils"
            ),
        )
    })
}
