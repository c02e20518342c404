use super::*;

#[test]
fn several_matches_are_all_named() {
    let error = DeviceError::Ambiguous {
        wanted: "microphone".into(),
        fits: vec!["pulseaudio:usb-mic".into(), "pulseaudio:webcam".into()],
    };
    assert!(error.is_final());
    assert_eq!(
        error.to_string(),
        "“microphone” fits 2 inputs, pulseaudio:usb-mic, pulseaudio:webcam; expected an id \
         or a name that fits one"
    );
}

#[test]
fn the_buffer_holds_a_twentieth_of_a_second_where_that_is_allowed() {
    let range = |min, max| SupportedBufferSize::Range { min, max };
    let cases = [
        (48_000, 1, range(1, 100_000), BufferSize::Fixed(2_400)),
        (48_000, 4, range(1, 100_000), BufferSize::Fixed(9_600)),
        (16_000, 1, range(1_024, 4_096), BufferSize::Fixed(1_024)),
        (96_000, 1, range(16, 2_048), BufferSize::Fixed(2_048)),
        // Bounds the wrong way round: the lower one holds.
        (16_000, 1, range(64, 0), BufferSize::Fixed(64)),
        (48_000, 1, SupportedBufferSize::Unknown, BufferSize::Default),
    ];
    for (rate, slack, bounds, expected) in cases {
        assert_eq!(buffer(rate, slack, &bounds), expected);
    }
}

#[test]
fn two_channels_are_asked_for_only_where_they_are_given() {
    let unknown = SupportedBufferSize::Unknown;
    let range = |channels| {
        let format = SampleFormat::I16;
        SupportedStreamConfigRange::new(channels, 8_000, 48_000, unknown, format)
    };
    let plain = [range(1), range(2), range(6)];
    assert!(gives(&plain, SampleFormat::I16, 48_000, 2));
    assert!(!gives(&plain, SampleFormat::I16, 96_000, 2));
    assert!(!gives(&plain, SampleFormat::F32, 48_000, 2));
    assert!(!gives(&[range(6)], SampleFormat::I16, 48_000, 2));
}
