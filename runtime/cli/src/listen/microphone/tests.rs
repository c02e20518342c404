//! A real sound server of the tests' own, played to and listened to.

use std::fs;
use std::path::Path;

use super::*;
use crate::listen::again::{SoundServer, noise, started, with_own_server, write_wav};
use crate::listen::device;

const RATE: u32 = 48_000;

/// What a loaded machine may take for anything.
const PATIENCE: Duration = Duration::from_secs(60);

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
        let mut player = SoundServer::new(folder).unwrap().play(&file).unwrap();
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
    with_own_server("microphone", name, |folder| {
        let server = started(folder);
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
        let _server = started(folder);
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
    with_own_server("microphone", name, |folder| {
        let _server = started(folder);
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
    with_own_server("microphone", name, |folder| {
        let mut server = started(folder);
        let mut session = Session::new(None);
        session.until("sound", |it| !it.samples.is_empty());
        server.signal("STOP").unwrap();
        session.until("a word of the stall", |it| it.count("stalled") == 1);
        session.until("another attempt", |it| it.microphone.keeper.is_some());
        let began = Instant::now();
        session.microphone.close();
        let took = began.elapsed();
        server.signal("CONT").unwrap();
        assert!(took < Duration::from_secs(3), "{took:?}");
    });
}

#[test]
fn a_stream_that_cannot_be_closed_is_given_up_and_another_opened() {
    let name = "a_stream_that_cannot_be_closed_is_given_up_and_another_opened";
    with_own_server("microphone", name, |folder| {
        // ALSA's way to a sound server hangs for ever when the server dies.
        let way = "</usr/share/alsa/alsa.conf>\npcm.!default { type pulse }\n";
        fs::write(folder.join("alsa.conf"), way).unwrap();
        let quiet = crate::listen::quiet::Quiet::begin().unwrap();
        let server = started(folder);
        let mut session = Session::new(Some("alsa:default"));
        session.turn();
        session.until("sound by way of ALSA, which needs libasound2-plugins", |it| {
            !it.samples.is_empty() && it.microphone.opened().is_some()
        });
        drop(server);
        session.until("a word of the loss", |it| it.notices.len() > 1);
        assert!(session.notices[1].is_trouble(), "{:?}", session.notices);
        let _server = started(folder);
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
    with_own_server("microphone", name, |folder| {
        let server = started(folder);
        let second = ["load-module", "module-null-sink", "sink_name=other", "rate=16000"];
        assert!(server.command("pactl").args(second).output().unwrap().status.success());
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
    with_own_server("microphone", "without_a_server_the_reason_is_told_once", |_| {
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
