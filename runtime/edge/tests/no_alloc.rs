//! Once a stream has begun, nothing but the tower may allocate.

mod support;

use slap_edge::core::voice;
use slap_edge::{Event, GateOptions, Measurer, Options, Pcm, Resampler, USUAL_LIMITS};
use support::Kit;

#[test]
fn a_running_screener_does_not_allocate() {
    for kit in [Kit::stream(), Kit::window(), Kit::waveform(), Kit::needing()] {
        for (rate, channels) in [(16_000, 1), (48_000, 2), (44_100, 1)] {
            let samples = support::voice(rate, 4.0);
            let ints: Vec<i16> = samples.iter().map(|s| (s * 32_767.0) as i16).collect();
            let mut screener = kit.screener();
            screener.prepare(rate, channels).unwrap();
            let mut segments = 0;
            let info = allocation_counter::measure(|| {
                for pcm in
                    samples.chunks(960).map(Pcm::F32).chain(ints.chunks(960).map(Pcm::I16))
                {
                    screener
                        .push(pcm, rate, channels, |event| {
                            segments += u32::from(matches!(event, Event::Segment(_)));
                        })
                        .unwrap();
                }
                screener.finish(|_| ()).unwrap();
            });
            assert!(segments > 8);
            assert_eq!(info.count_total, 0, "{rate} Hz: {info:?}");
        }
    }
}

#[test]
fn neither_does_one_with_a_gate() {
    let options =
        Options { gate: Some(GateOptions::default()), frames: true, ..Options::default() };
    for kit in [Kit::stream(), Kit::window()] {
        let mut samples = vec![0.0; 48_000];
        samples.extend(support::voice(48_000, 2.0));
        samples.extend([0.0; 96_000]);
        samples.extend(support::voice(48_000, 1.0));
        let mut screener = kit.screener_with(&options);
        screener.prepare(48_000, 1).unwrap();
        let (mut segments, mut idle, mut frames) = (0, 0, 0);
        let info = allocation_counter::measure(|| {
            for part in samples.chunks(960) {
                screener
                    .push(Pcm::F32(part), 48_000, 1, |event| match event {
                        Event::Segment(_) => segments += 1,
                        Event::Idle(_) => idle += 1,
                        Event::Frame(_) => frames += 1,
                        _ => {}
                    })
                    .unwrap();
            }
            // The same format goes on behind gaps of either kind.
            for missing in [0.1, 10.0] {
                screener.skip(missing, |_| ()).unwrap();
                screener.push(Pcm::F32(&samples), 48_000, 1, |_| ()).unwrap();
            }
        });
        assert!(segments > 8 && idle > 8 && frames > 500, "{segments} {idle} {frames}");
        assert_eq!(info.count_total, 0, "{info:?}");
    }
}

#[test]
fn a_running_measurer_does_not_allocate() {
    for (rate, channels) in [(16_000, 1), (48_000, 2), (44_100, 1)] {
        let samples = support::voice(rate, 3.0);
        let mut measurer = Measurer::new(USUAL_LIMITS).unwrap();
        measurer.prepare(rate, channels).unwrap();
        let (mut frames, mut voiced) = (0, 0.0);
        let info = allocation_counter::measure(|| {
            for pcm in samples.chunks(960).map(Pcm::F32) {
                let count = |event: voice::Event<'_>| {
                    frames += u32::from(matches!(event, voice::Event::Frame(_)))
                };
                measurer.push(pcm, rate, channels, count).unwrap();
            }
            measurer.finish(|_| ()).unwrap();
            voiced = measurer.measurement().voice.voiced_seconds();
        });
        assert!(frames > 100, "{frames}");
        assert!(voiced >= 0.0);
        assert_eq!(info.count_total, 0, "{rate} Hz: {info:?}");
    }
}

#[test]
fn a_running_resampler_does_not_allocate() {
    for rate in [8_000, 44_100, 48_000] {
        let samples = support::voice(rate, 1.0);
        let mut resampler = Resampler::new(rate, 16_000).unwrap();
        let mut given = 0;
        let info = allocation_counter::measure(|| {
            resampler.push(&samples, |out| given += out.len()).unwrap();
            resampler.finish(|out| given += out.len()).unwrap();
        });
        assert_eq!((given, info.count_total), (16_000, 0));
    }
}
