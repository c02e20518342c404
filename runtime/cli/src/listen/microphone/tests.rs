//! A real sound server of the tests' own, played to and listened to.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use super::*;
use crate::listen::{again, device};

const RATE: u32 = 48_000;

/// What a loaded machine may take for anything.
const PATIENCE: Duration = Duration::from_secs(60);

/// A folder that goes away with the test.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path =
            std::env::temp_dir().join(format!("slap-edge-{name}-{}", std::process::id()));
        for inner in ["run", "xdg", "home"] {
            fs::create_dir_all(path.join(inner)).unwrap();
            fs::set_permissions(path.join(inner), fs::Permissions::from_mode(0o700)).unwrap();
        }
        fs::write(path.join("alsa.conf"), "").unwrap();
        Self(path)
    }

    fn path(&self, inner: &str) -> PathBuf {
        self.0.join(inner)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Runs the test `name` in a child whose sound server is in a folder of its own; `work` gets
/// that folder.
fn with_own_server(name: &str, work: impl FnOnce(&Path)) {
    const FOLDER: &str = "SLAP_EDGE_TEST_FOLDER";
    if let Some(folder) = std::env::var_os(FOLDER) {
        return work(Path::new(&folder));
    }
    let folder = Folder::new(name);
    let server = format!("unix:{}", folder.path("run/native").display());
    let environment: [(&str, &OsStr); 7] = [
        (FOLDER, folder.0.as_os_str()),
        ("PULSE_SERVER", server.as_ref()),
        ("PULSE_RUNTIME_PATH", &folder.path("run").into_os_string()),
        ("XDG_RUNTIME_DIR", &folder.path("xdg").into_os_string()),
        ("HOME", &folder.path("home").into_os_string()),
        // An ALSA without any device, so that the machine's own does not matter.
        ("ALSA_CONFIG_PATH", &folder.path("alsa.conf").into_os_string()),
        ("PULSE_COOKIE", &folder.path("cookie").into_os_string()),
    ];
    let output = again::in_child("microphone", name, &environment).unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{}\n{said}", String::from_utf8_lossy(&output.stdout));
}

/// A sound server with one input, the monitor of an output that plays into the void.
struct Server {
    process: Child,
}

fn start(program: &str, command: &mut Command) -> Child {
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command.spawn().unwrap_or_else(|error| {
        panic!(
            "{program} cannot be run ({error}); these tests need the packages pulseaudio and \
             pulseaudio-utils"
        )
    })
}

fn succeeds(program: &str, arguments: &[&str]) -> bool {
    start(program, Command::new(program).args(arguments)).wait().unwrap().success()
}

impl Server {
    fn start(folder: &Path) -> Self {
        for left in ["run/native", "run/pid"] {
            let _ = fs::remove_file(folder.join(left));
        }
        let socket = folder.join("run/native");
        let socket =
            format!("module-native-protocol-unix socket={} auth-anonymous=1", socket.display());
        // Without rewinding, the output plays in small steps, like a sound card.
        let sink = "module-null-sink sink_name=mic0 rate=48000 norewinds=1";
        let mut command = Command::new("pulseaudio");
        command.env_remove("PULSE_SERVER");
        command.args(["-n", "--daemonize=no", "--exit-idle-time=-1"]);
        // Who gets an answer also finds the input.
        command.args(["-L", sink, "-L", &socket]);
        let server = Self { process: start("pulseaudio", &mut command) };
        let began = Instant::now();
        while !succeeds("pactl", &["set-default-source", "mic0.monitor"]) {
            assert!(began.elapsed() < PATIENCE, "pulseaudio does not come up");
            thread::sleep(Duration::from_millis(50));
        }
        server
    }

    fn signal(&self, signal: &str) {
        let command = format!("kill {signal} {}", self.process.id());
        assert!(succeeds("sh", &["-c", &command]));
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Noise of `frames` frames in two channels, never zero, another for each `seed`.
fn noise(frames: usize, seed: u64) -> Vec<i16> {
    let mut state = seed;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695);
        ((state >> 49) as i16 - 16_384) | 1
    };
    (0..frames * 2).map(|_| next()).collect()
}

fn write_wav(path: &Path, samples: &[i16]) {
    let bytes: Vec<u8> = samples.iter().flat_map(|sample| sample.to_le_bytes()).collect();
    let size = bytes.len() as u32;
    let mut file = Vec::new();
    file.extend(b"RIFF");
    file.extend((size + 36).to_le_bytes());
    file.extend(b"WAVEfmt ");
    file.extend(16_u32.to_le_bytes());
    for field in [1_u16, 2] {
        file.extend(field.to_le_bytes());
    }
    file.extend(RATE.to_le_bytes());
    file.extend((RATE * 4).to_le_bytes());
    for field in [4_u16, 16] {
        file.extend(field.to_le_bytes());
    }
    file.extend(b"data");
    file.extend(size.to_le_bytes());
    file.extend(bytes);
    fs::write(path, file).unwrap();
}

/// A microphone and everything that came out of it.
struct Session {
    microphone: Microphone,
    samples: Vec<f32>,
    away: Vec<f64>,
    lost: u64,
    /// The largest age of samples.
    oldest: Duration,
    notices: Vec<Notice>,
}

impl Session {
    fn new(device: Option<&str>) -> Self {
        Self {
            microphone: Microphone::new(device.map(str::to_owned)),
            samples: Vec::new(),
            away: Vec::new(),
            lost: 0,
            oldest: Duration::ZERO,
            notices: Vec::new(),
        }
    }

    fn turn(&mut self) {
        let notices = &mut self.notices;
        self.microphone.poll(Instant::now(), &mut |notice| notices.push(notice));
        self.microphone.take(&mut |piece| match piece {
            Piece::Samples { samples, rate, channels, age } => {
                assert_eq!((rate, channels), (RATE, 2));
                self.samples.extend_from_slice(samples);
                self.oldest = self.oldest.max(age);
            }
            Piece::Lost { frames, .. } => self.lost += frames,
            Piece::Away { seconds } => {
                self.away.push(seconds);
                self.samples.clear();
            }
        });
        thread::park_timeout(Duration::from_millis(50));
    }

    fn until(&mut self, what: &str, mut done: impl FnMut(&Self) -> bool) {
        let began = Instant::now();
        while !done(self) {
            assert!(began.elapsed() < PATIENCE, "never: {what}; {:?}", self.notices);
            self.turn();
        }
    }

    fn count(&self, name: &str) -> usize {
        self.notices.iter().filter(|notice| notice.name() == name).count()
    }

    /// Plays noise and checks that it comes back sample for sample.
    fn plays_exactly(&mut self, folder: &Path, seed: u64) {
        let file = folder.join("noise.wav");
        let played = noise(2 * RATE as usize, seed);
        write_wav(&file, &played);
        let before = self.samples.len();
        self.until("sound before playing", |it| it.samples.len() > before);
        assert!(self.samples.iter().all(|sample| *sample == 0.0), "noise before playing");
        let mut player =
            start("paplay", Command::new("paplay").arg("--device=mic0").arg(&file));
        let first = |it: &Self| it.samples.iter().position(|sample| *sample != 0.0);
        self.until("all that was played", |it| {
            first(it).is_some_and(|first| it.samples.len() >= first + played.len())
        });
        assert!(player.wait().unwrap().success());
        let first = first(self).unwrap();
        assert_eq!(first % 2, 0, "channels are swapped");
        let heard = &self.samples[first..first + played.len()];
        let differ = heard
            .iter()
            .zip(&played)
            .position(|(heard, played)| *heard != f32::from(*played) / 32_768.0);
        assert_eq!(differ, None, "of {} samples", played.len());
    }
}

#[test]
fn what_is_played_is_heard_sample_for_sample_also_after_the_server_died() {
    let name = "what_is_played_is_heard_sample_for_sample_also_after_the_server_died";
    with_own_server(name, |folder| {
        let server = Server::start(folder);
        let mut session = Session::new(None);
        session.plays_exactly(folder, 1);
        assert_eq!(session.count("listening"), 1, "{:?}", session.notices);
        let opened = session.microphone.opened().unwrap();
        assert_eq!(opened.id, "pulseaudio:mic0.monitor");
        assert!(opened.to_string().ends_with(", 48 kHz, 2 channels"), "{opened}");

        drop(server);
        session.until("a word of the loss", |it| it.count("lost") == 1);
        assert!(session.microphone.opened().is_none());
        let began = Instant::now();
        while began.elapsed() < Duration::from_secs(2) {
            session.turn();
        }
        let _server = Server::start(folder);
        session.until("sound again", |it| it.away.len() == 1);
        session.plays_exactly(folder, 2);

        assert_eq!(session.count("lost"), 1, "{:?}", session.notices);
        assert_eq!(session.count("listening"), 2, "{:?}", session.notices);
        let mut reasons: Vec<&str> = Vec::new();
        for notice in &session.notices {
            let Notice::Unavailable { code, .. } = notice else { continue };
            assert!(!reasons.contains(code), "{:?}", session.notices);
            reasons.push(code);
        }
        assert!(reasons.contains(&"no_audio_system"), "{:?}", session.notices);
        let away = session.away[..].to_vec();
        assert!(away.len() == 1 && away[0] > 2.0, "{away:?}");
        let totals = session.microphone.totals();
        assert_eq!((totals.lost_frames, totals.reconnects, session.lost), (0, 1, 0));
        assert!(totals.frames > 4 * u64::from(RATE), "{totals:?}");
        assert!(totals.worst_callback > Duration::ZERO);
        // Nothing here takes half a minute, so neither can sound be older.
        assert!(session.oldest < Duration::from_secs(30), "{:?}", session.oldest);
        session.microphone.close();
    });
}

#[test]
fn a_worker_that_comes_too_late_is_told_how_much_it_missed() {
    let name = "a_worker_that_comes_too_late_is_told_how_much_it_missed";
    with_own_server(name, |folder| {
        let _server = Server::start(folder);
        let mut session = Session::new(Some("null output"));
        session.until("sound", |it| !it.samples.is_empty());
        let frames = session.microphone.totals().frames;
        thread::sleep(Duration::from_secs(5));
        session.until("word of what was missed", |it| it.lost > 0);
        let totals = session.microphone.totals();
        assert_eq!(session.lost, totals.lost_frames);
        // Five seconds are gone, of which the queue holds less than three.
        let missed = session.lost as f64 / f64::from(RATE);
        assert!(missed > 1.0, "{missed} s");
        assert!(totals.frames > frames);
        assert_eq!((session.count("listening"), totals.reconnects), (1, 0));
        session.microphone.close();
    });
}

#[test]
fn a_server_that_stands_still_is_noticed_and_does_not_keep_the_program() {
    let name = "a_server_that_stands_still_is_noticed_and_does_not_keep_the_program";
    with_own_server(name, |folder| {
        let server = Server::start(folder);
        let mut session = Session::new(None);
        session.until("sound", |it| !it.samples.is_empty());
        server.signal("-STOP");
        session.until("a word of the stall", |it| it.count("stalled") == 1);
        session.until("another attempt", |it| it.microphone.keeper.is_some());
        let began = Instant::now();
        session.microphone.close();
        let took = began.elapsed();
        server.signal("-CONT");
        assert!(took < Duration::from_secs(3), "{took:?}");
    });
}

#[test]
fn a_stream_that_cannot_be_closed_is_given_up_and_another_opened() {
    let name = "a_stream_that_cannot_be_closed_is_given_up_and_another_opened";
    with_own_server(name, |folder| {
        // ALSA's way to a sound server hangs for ever when the server dies.
        let way = "</usr/share/alsa/alsa.conf>\npcm.!default { type pulse }\n";
        fs::write(folder.join("alsa.conf"), way).unwrap();
        let quiet = crate::listen::quiet::Quiet::begin().unwrap();
        let server = Server::start(folder);
        let mut session = Session::new(Some("alsa:default"));
        session.turn();
        session.until("sound by way of ALSA, which needs libasound2-plugins", |it| {
            !it.samples.is_empty() && it.microphone.opened().is_some()
        });
        drop(server);
        session.until("a word of the loss", |it| it.notices.len() > 1);
        assert!(session.notices[1].is_trouble(), "{:?}", session.notices);
        let _server = Server::start(folder);
        session.until("sound again", |it| it.away.len() == 1 && it.count("listening") > 1);
        let began = Instant::now();
        session.microphone.close();
        assert!(began.elapsed() < Duration::from_secs(3), "{:?}", began.elapsed());
        drop(quiet);
    });
}

#[test]
fn an_input_is_found_by_its_id_its_name_or_a_part_that_fits_no_other() {
    let name = "an_input_is_found_by_its_id_its_name_or_a_part_that_fits_no_other";
    with_own_server(name, |folder| {
        let _server = Server::start(folder);
        let second = ["load-module", "module-null-sink", "sink_name=other", "rate=16000"];
        assert!(succeeds("pactl", &second));
        let find = |wanted: Option<&str>| device::find(wanted, cpal::ALL_HOSTS);
        let inputs = device::all(cpal::ALL_HOSTS).unwrap();
        assert_eq!(inputs.len(), 2, "{inputs:?}");
        for input in &inputs {
            let bare = input.id.split_once(':').unwrap().1;
            let part = bare.to_uppercase()[..bare.len() - 2].to_owned();
            for wanted in [&input.id, bare, &part] {
                let found = find(Some(wanted)).unwrap();
                assert_eq!((&found.id, &found.own), (&input.id, &input.own), "{wanted}");
            }
        }
        let default = find(None).unwrap();
        assert_eq!(default.id, "pulseaudio:mic0.monitor");
        let choice = default.choose(1).unwrap();
        assert_eq!(choice.config.sample_rate, RATE);
        assert_eq!(choice.config.buffer_size, cpal::BufferSize::Fixed(2_400));
        let error = find(Some("monitor")).unwrap_err();
        assert!(error.is_final(), "{error}");
        let error = find(Some("gramophone")).unwrap_err();
        assert!(!error.is_final() && error.to_string().contains("other.monitor"), "{error}");
    });
}

#[test]
fn without_a_server_the_reason_is_told_once() {
    with_own_server("without_a_server_the_reason_is_told_once", |_| {
        let mut session = Session::new(None);
        let began = Instant::now();
        while began.elapsed() < Duration::from_secs(3) || session.notices.is_empty() {
            session.turn();
            assert!(began.elapsed() < PATIENCE);
        }
        assert_eq!(session.notices.len(), 1, "{:?}", session.notices);
        assert_eq!(session.notices[0].name(), "unavailable");
        assert!(session.notices[0].is_trouble() && !session.notices[0].is_final());
        assert_eq!(session.microphone.totals(), Totals::default());
        session.microphone.close();
    });
}

#[test]
fn the_audio_system_that_worked_comes_first_or_alone() {
    let all = cpal::ALL_HOSTS;
    let last = *all.last().unwrap();
    assert_eq!(hosts(all, None, true), all);
    assert_eq!(hosts(all, Some(last), true), [last]);
    let order = hosts(all, Some(last), false);
    assert_eq!((order[0], order.len()), (last, all.len()));
}
