//! How the scoring keeps up: time spent, time from sound to score.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// Latencies that are kept: half an hour of steps of half a second.
const KEPT: usize = 4096;

/// Sound after which the pace of the moment is known, seconds.
const MOMENT: f64 = 1.0;

/// Time and sound that passed since something.
#[derive(Clone, Copy, Debug, Default)]
struct Spent {
    busy: Duration,
    heard: f64,
}

impl Spent {
    fn factor(self) -> Option<f64> {
        (self.heard > 0.0).then(|| self.busy.as_secs_f64() / self.heard)
    }
}

/// Measures the pace, over all since the last [`Pace::settle`] and of the moment.
#[derive(Debug)]
pub struct Pace {
    since: Spent,
    moment: Spent,
    latest: Option<f64>,
    latencies: VecDeque<f32>,
    wall: Instant,
    processor: Option<Duration>,
}

/// What was measured between two calls of [`Pace::settle`].
#[derive(Clone, Copy, Debug, Default)]
pub struct Settled {
    /// Seconds of computing per second of sound.
    pub real_time_factor: Option<f64>,
    /// Share of a processor core that the whole program took.
    pub cpu_share: Option<f64>,
    /// Median and 99th percentile of the time from sound to score, milliseconds.
    pub latency_ms: Option<(f64, f64)>,
}

impl Pace {
    /// Begins now.
    pub fn new() -> Self {
        Self {
            since: Spent::default(),
            moment: Spent::default(),
            latest: None,
            latencies: VecDeque::with_capacity(KEPT),
            wall: Instant::now(),
            processor: processor_time(),
        }
    }

    /// `busy` was spent on `heard` seconds of sound.
    pub fn spend(&mut self, busy: Duration, heard: f64) {
        for spent in [&mut self.since, &mut self.moment] {
            spent.busy += busy;
            spent.heard += heard;
        }
        if self.moment.heard >= MOMENT {
            self.latest = self.moment.factor();
            self.moment = Spent::default();
        }
    }

    /// A step was scored so long after its sound.
    pub fn scored(&mut self, latency_ms: f64) {
        if self.latencies.len() == KEPT {
            self.latencies.pop_front();
        }
        self.latencies.push_back(latency_ms as f32);
    }

    /// Seconds of computing per second of sound, lately.
    pub fn factor(&self) -> Option<f64> {
        self.latest
    }

    /// Everything since the last call or the beginning.
    pub fn settle(&mut self) -> Settled {
        let mut sorted: Vec<f32> = self.latencies.drain(..).collect();
        sorted.sort_by(f32::total_cmp);
        let at = |share: f64| {
            let rank = (share * sorted.len() as f64).ceil() as usize;
            sorted.get(rank.max(1) - 1).map(|&it| f64::from(it))
        };
        let (wall, processor) = (self.wall.elapsed(), processor_time());
        let cpu_share = match (self.processor, processor) {
            (Some(before), Some(now)) if !wall.is_zero() => {
                Some(now.saturating_sub(before).as_secs_f64() / wall.as_secs_f64())
            }
            _ => None,
        };
        let settled = Settled {
            real_time_factor: self.since.factor(),
            cpu_share,
            latency_ms: at(0.5).zip(at(0.99)),
        };
        self.since = Spent::default();
        self.wall += wall;
        self.processor = processor;
        settled
    }
}

/// Processor time of the whole program; `None` where the system does not say.
#[cfg(target_os = "linux")]
fn processor_time() -> Option<Duration> {
    // Time on a processor, in nanoseconds, is the first field of each thread's account.
    let mut total = 0u64;
    for thread in std::fs::read_dir("/proc/self/task").ok()? {
        let account = std::fs::read_to_string(thread.ok()?.path().join("schedstat"));
        // A thread may end between the two.
        let Ok(account) = account else { continue };
        total += account.split_whitespace().next()?.parse::<u64>().ok()?;
    }
    Some(Duration::from_nanos(total))
}

#[cfg(not(target_os = "linux"))]
fn processor_time() -> Option<Duration> {
    None
}

/// Memory in use by the program, bytes; `None` where the system does not say.
pub fn resident_bytes() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kibibytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kibibytes * 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pace_of_the_moment_forgets() {
        let mut pace = Pace::new();
        pace.spend(Duration::from_millis(900), 0.5);
        assert_eq!(pace.factor(), None);
        pace.spend(Duration::from_millis(900), 0.5);
        assert!((pace.factor().unwrap() - 1.8).abs() < 1e-9);
        pace.spend(Duration::from_millis(200), 1.0);
        assert!((pace.factor().unwrap() - 0.2).abs() < 1e-9);
        assert!((pace.settle().real_time_factor.unwrap() - 1.0).abs() < 1e-9);
        assert_eq!(pace.settle().real_time_factor, None);
    }

    #[test]
    fn latencies_are_told_by_rank() {
        let mut pace = Pace::new();
        assert_eq!(pace.settle().latency_ms, None);
        for latency in (1..=200).rev() {
            pace.scored(f64::from(latency));
        }
        assert_eq!(pace.settle().latency_ms, Some((100.0, 198.0)));
        assert_eq!(pace.settle().latency_ms, None);
        for latency in 0..10_000 {
            pace.scored(f64::from(latency));
        }
        assert_eq!(pace.latencies.len(), KEPT);
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn the_system_says_what_the_program_takes() {
        let mut pace = Pace::new();
        let began = Instant::now();
        while began.elapsed() < Duration::from_millis(50) {}
        let share = pace.settle().cpu_share.unwrap();
        assert!(share > 0.0, "{share}");
        assert!(resident_bytes().unwrap() > 100_000);
    }
}
