//! Scoring that is slower than the sound, at a real sound server.

use std::path::Path;

use slap_edge::model::{Bundle, EngineError};
use slap_edge::{Options, Parts, Screener};

use super::*;
use crate::listen::again::{noise, started, with_own_server, write_wav};

/// A tower that takes longer for a step than the step's sound lasts.
#[derive(Debug)]
struct Slow(Duration);

impl Encoder for Slow {
    fn step(&mut self, _: &[f32], embedding: &mut [f32]) -> Result<(), EngineError> {
        thread::sleep(self.0);
        embedding.fill(0.0);
        embedding[0] = 1.0;
        Ok(())
    }

    fn reset(&mut self) {}
}

/// What was reported, and when.
#[derive(Default)]
struct Told(Vec<(Duration, Report)>, Option<Instant>);

impl Audience for Told {
    fn report(&mut self, report: &Report) -> anyhow::Result<()> {
        let began = *self.1.get_or_insert_with(Instant::now);
        self.0.push((began.elapsed(), report.clone()));
        Ok(())
    }
}

#[test]
fn what_a_slow_tower_cannot_score_is_left_out_in_one_piece_and_times_stay_right() {
    let name = "what_a_slow_tower_cannot_score_is_left_out_in_one_piece_and_times_stay_right";
    with_own_server("session", name, |folder| {
        let server = started(folder);
        let file = folder.join("noise.wav");
        write_wav(&file, &noise(30 * 48_000, 1));
        let bundle =
            Path::new(env!("CARGO_MANIFEST_DIR")).join("../../models/slap-voice-small");
        let bundle = Bundle::open(bundle).unwrap();
        let options = Options { tasks: Some(vec!["pitch".to_owned()]), ..Options::default() };
        let slow = Slow(Duration::from_millis(1200));
        let screener = Screener::with_encoder(&Parts::from(&bundle), slow, &options).unwrap();
        let sound = Sound::Microphone(Box::new(Microphone::new(None)));
        let terms = Terms { duration: Some(20.0), health: None, exit_on_loss: false };
        let stop = Stop::default();
        let mut session = Session::new(Hearer::new(screener, 1, true), sound, terms, &stop);
        let mut player = server.play(&file).unwrap();
        let mut told = Told::default();
        let ending = session.run(&mut told).unwrap();
        assert!(matches!(ending, Ending::Duration));
        let _ = player.kill();
        player.wait().unwrap();

        let listening = told.0.iter().find_map(|(at, it)| {
            matches!(it, Report::Notice(it) if it.notice == "listening").then_some(*at)
        });
        let listening = listening.unwrap_or_else(|| panic!("{:?}", told.0)).as_secs_f64();
        let gaps: Vec<_> = told
            .0
            .iter()
            .filter_map(|(_, it)| if let Report::Gap(gap) = it { Some(*gap) } else { None })
            .collect();
        assert!(
            !gaps.is_empty() && gaps.iter().all(|it| it.reason == "behind"),
            "{gaps:?} {:?}",
            session.hearer().counts()
        );
        // One gap is better than a chopped stream.
        assert!(gaps.len() < 10 && gaps.iter().all(|it| it.end - it.start > 1.0), "{gaps:?}");
        let counts = session.hearer().counts();
        let lost: f64 = gaps.iter().map(|it| it.end - it.start).sum();
        assert!((counts.lost_frames as f64 / 48_000.0 - lost).abs() < 0.01, "{counts:?}");
        // Steps are never scored before their sound, nor much later than the queue is long.
        for (at, report) in &told.0 {
            let Report::Segment(segment, _) = report else { continue };
            let late = at.as_secs_f64() - listening - segment.end;
            assert!((-0.5..15.0).contains(&late), "{late} s after {}", segment.end);
        }
        let position = session.hearer().position();
        assert!((15.0..22.0).contains(&(position + listening)), "{position}");
    });
}
