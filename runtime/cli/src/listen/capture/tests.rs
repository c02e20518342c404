use super::*;
use crate::listen::again;

struct Line {
    tap: Tap,
    consumer: Consumer,
    home: mpsc::Receiver<Producer>,
}

fn line(rate: u32, channels: u16) -> Line {
    let (producer, consumer) = queue();
    let (sender, home) = mpsc::channel();
    // Long enough ago for any age.
    let base = Instant::now().checked_sub(Duration::from_secs(10)).unwrap();
    let counters = Arc::new(Counters::new(base));
    let layout = Layout { stream: 7, rate, channels };
    let lease = Lease::new(producer, sender);
    let tap = Tap::new(lease, counters, layout, std::thread::current());
    Line { tap, consumer, home }
}

impl Line {
    fn give(&mut self, samples: &[f32]) {
        self.tap.take(Some(samples), Duration::ZERO, |sample| sample);
    }
}

/// A small generator, so that a failure can be repeated.
fn random(state: &mut u64) -> usize {
    *state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
    (*state >> 33) as usize
}

#[test]
fn however_sound_is_cut_and_drained_every_frame_arrives_or_is_counted() {
    for channels in [1_u16, 2, 3, 6] {
        for seed in 1..6 {
            let mut state = seed;
            let mut line = line(48_000, channels);
            let width = usize::from(channels);
            // Each frame holds its number, so a gap is seen for what it is.
            let (mut sent, mut next) = (0_u64, 0_u64);
            let drain = |consumer: &mut Consumer, most: usize, next: &mut u64| {
                for _ in 0..most {
                    let Some(block) = consumer.dequeue() else { break };
                    *next += u64::from(block.lost);
                    assert_eq!(block.samples().len() % width, 0);
                    for frame in block.samples().chunks(width) {
                        assert!(frame.iter().all(|sample| *sample == *next as f32));
                        *next += 1;
                    }
                }
            };
            while sent < 800_000 {
                let frames = random(&mut state) % 9_000;
                let data: Vec<f32> =
                    (0..frames * width).map(|at| (sent + (at / width) as u64) as f32).collect();
                line.give(&data);
                sent += frames as u64;
                let most = random(&mut state) % 8;
                drain(&mut line.consumer, most, &mut next);
            }
            drain(&mut line.consumer, usize::MAX, &mut next);
            assert!(line.tap.counters.lost() > 0, "this test is to overflow the queue");
            assert_eq!(next + u64::from(line.tap.missing), sent);
            let latest = line.tap.counters.latest().unwrap();
            assert_eq!(latest.1, sent);
        }
    }
}

#[test]
fn the_age_of_a_block_is_that_of_its_last_frame() {
    // One second of sound, of which the first frame is as old as stated. Where that is
    // younger than the sound is long, the last frame counts as captured just now.
    for (age, newest) in [(1_500, 500), (1_000, 0), (10, 0)] {
        let mut line = line(1_000, 1);
        let before = line.tap.counters.now();
        let data = vec![0.0; 1_000];
        line.tap.take(Some(&data), Duration::from_millis(age), |sample: f32| sample);
        let after = line.tap.counters.now();
        let blocks: Vec<Block> = std::iter::from_fn(|| line.consumer.dequeue()).collect();
        let [first, second] = blocks[..] else { panic!("{} blocks", blocks.len()) };
        assert_eq!((first.frames(), second.frames()), (512, 488));
        let captured = second.captured + newest * 1_000_000;
        assert!((before..=after).contains(&captured), "{captured} in {before}..={after}");
        assert_eq!(second.captured - first.captured, 488_000_000);
    }
}

#[test]
fn a_dropped_callback_sends_its_queue_home() {
    let Line { tap, home, .. } = line(48_000, 2);
    assert!(home.try_recv().is_err());
    drop(tap);
    assert!(home.try_recv().is_ok());
}

#[test]
fn only_what_ends_a_stream_is_a_fault() {
    let counters = Counters::new(Instant::now());
    assert!(!counters.report(cpal::ErrorKind::Xrun));
    assert!(!counters.report(cpal::ErrorKind::RealtimeDenied));
    assert_eq!((counters.overruns(), counters.fault()), (1, None));
    assert!(counters.report(cpal::ErrorKind::DeviceNotAvailable));
    assert_eq!(counters.fault(), Some(Loss::Device));
}

#[test]
fn a_tap_that_allocates_ends_the_program() {
    let name = "a_tap_that_allocates_ends_the_program";
    let provoke = [(tripwire::TRIP, "1".as_ref())];
    let Some(output) = again::in_child("capture", name, &provoke) else {
        return line(48_000, 1).give(&[0.0; 100]);
    };
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("the audio callback touched the allocator"), "{output:?}");
}
