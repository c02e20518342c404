//! `cargo xtask soak`: listens for long and says how that went.
#![expect(clippy::print_stdout, reason = "it is a report")]

use std::io;
use std::process::ExitCode;

use slap_tests::soak::{GROWTH_BOUND, Heard, answers, listen, median, most, scored, simulate};

const MEBIBYTE: f64 = 1024.0 * 1024.0;

fn main() -> io::Result<ExitCode> {
    let mut hours = 24.0;
    let mut minutes = 30.0;
    let mut arguments = std::env::args().skip(1);
    while let Some(name) = arguments.next() {
        let value = arguments.next().and_then(|it| it.parse::<f64>().ok());
        match (name.as_str(), value) {
            ("--hours", Some(value)) => hours = value,
            ("--minutes", Some(value)) => minutes = value,
            _ => {
                println!("Usage: cargo xtask soak [--hours 24] [--minutes 30]");
                return Ok(ExitCode::from(2));
            }
        }
    }
    let mut well = true;
    if hours > 0.0 {
        well &= simulated(hours)?;
    }
    if minutes > 0.0 {
        well &= real(minutes)?;
    }
    Ok(if well { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Sound faster than it passes, through standard input.
fn simulated(hours: f64) -> io::Result<bool> {
    let seconds = hours * 3600.0;
    let run = simulate(seconds, (hours / 4.0).clamp(0.2, 10.0))?;
    println!("{hours} h of speech through standard input, the gate off:");
    println!(
        "  {:.0} s, {:.0} times real time, {} steps",
        run.elapsed_seconds,
        run.heard_seconds / run.elapsed_seconds,
        run.steps
    );
    println!("  frames in {}, heard {}, lost {}", run.frames.0, run.frames.1, run.lost_frames);
    println!(
        "  memory {:.1} MiB after a tenth, {:.1} MiB at the end; a line through it grows by \
         {:+.2} MiB (bound {:.0})",
        run.rss.0 / MEBIBYTE,
        run.rss.1 / MEBIBYTE,
        run.growth / MEBIBYTE,
        GROWTH_BOUND / MEBIBYTE
    );
    let file = scored(seconds)?;
    let equal = answers(&file) == answers(&run.score);
    println!("  `slap-edge score` of the same says the same: {equal}");
    let complete = run.frames.0 == run.frames.1 && run.lost_frames == 0;
    Ok(complete && equal && run.growth < GROWTH_BOUND)
}

/// A microphone, as time passes.
fn real(minutes: f64) -> io::Result<bool> {
    let Heard { speech, silence, end } = listen(minutes, &[])?;
    println!("{minutes} min of a microphone, speech in the first half, silence in the second:");
    for (what, lines) in [("speech", &speech), ("silence", &silence)] {
        let share = median(lines, "cpu_share").unwrap_or(f64::NAN) * 100.0;
        let latency = median(lines, "latency_ms");
        let worst = most(lines, "latency_p99_ms");
        let latency = latency.zip(worst).map_or_else(String::new, |(median, worst)| {
            format!(", from sound to score {median:.0} ms, 99 of 100 within {worst:.0} ms")
        });
        println!("  {what}: {share:.2} % of a core{latency}");
    }
    let count = |field: &str| end[field].as_u64().unwrap_or(u64::MAX);
    let rss = end["rss_bytes"].as_f64().unwrap_or(f64::NAN) / MEBIBYTE;
    println!(
        "  {} frames lost, {} overruns, {} reconnections, {rss:.1} MiB at the end",
        count("lost_frames"),
        count("overruns"),
        count("reconnects")
    );
    Ok(count("lost_frames") == 0 && count("reconnects") == 0)
}
