//! What a name means among several inputs.

/// What an input is found by.
#[derive(Clone, Copy, Debug)]
pub struct Key<'a> {
    /// What the audio system calls it, after the name of the audio system.
    pub id: &'a str,
    /// What people call it.
    pub name: &'a str,
    /// Whether it hears what an output plays.
    pub monitor: bool,
}

/// The inputs that a name means, by their places.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Meant {
    /// It fits none.
    None,
    /// It means this one.
    One(usize),
    /// It fits all of these, which are different devices.
    Several(Vec<usize>),
}

/// An id, with or without the name of the audio system; a whole name; a part of either, in
/// any case.
pub fn meant(wanted: &str, keys: &[Key<'_>]) -> Meant {
    let bare = |key: &Key<'_>| key.id.split_once(':').is_some_and(|(_, id)| id == wanted);
    if let Some(at) = keys.iter().position(|key| key.id == wanted || bare(key)) {
        return Meant::One(at);
    }
    let wanted = wanted.to_lowercase();
    let fitting = |fits: &dyn Fn(&Key<'_>) -> bool| -> Vec<(usize, Key<'_>)> {
        keys.iter().copied().enumerate().filter(|(_, key)| fits(key)).collect()
    };
    let mut found = fitting(&|key| key.name.to_lowercase() == wanted);
    if found.is_empty() && !wanted.is_empty() {
        found = fitting(&|key| {
            key.name.to_lowercase().contains(&wanted) || key.id.to_lowercase().contains(&wanted)
        });
    }
    // Most outputs can be listened in on, and are called like the device they are part of.
    if found.iter().any(|(_, key)| !key.monitor) {
        found.retain(|(_, key)| !key.monitor);
    }
    // ALSA states each card by its name, and once more by its number.
    let numbered =
        |key: &Key<'_>| after(key.id, "CARD=").is_some_and(|card| card.parse::<u32>().is_ok());
    if found.iter().any(|(_, key)| after(key.id, "CARD=").is_some() && !numbered(key)) {
        found.retain(|(_, key)| !numbered(key));
    }
    match found[..] {
        [] => Meant::None,
        [(only, _)] => Meant::One(only),
        // It offers the same one in several ways, the plainest first.
        [(first, key), ref others @ ..]
            if others.iter().all(|(_, other)| is_same_device(&key, other)) =>
        {
            Meant::One(first)
        }
        _ => Meant::Several(found.into_iter().map(|(at, _)| at).collect()),
    }
}

/// Whether two ids of ALSA's are ways to the same device of a card.
fn is_same_device(one: &Key<'_>, other: &Key<'_>) -> bool {
    let card = |key: &Key<'_>| after(key.id, "CARD=").map(str::to_owned);
    let device = |key: &Key<'_>| after(key.id, "DEV=").unwrap_or("0").to_owned();
    card(one).is_some() && card(one) == card(other) && device(one) == device(other)
}

/// The value of a parameter in an id of ALSA's, as "PCH" in "hw:CARD=PCH,DEV=0".
fn after<'a>(id: &'a str, parameter: &str) -> Option<&'a str> {
    let (_, rest) = id.split_once(parameter)?;
    rest.split(',').next()
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn key(id: &'static str, name: &'static str, monitor: bool) -> Key<'static> {
        Key { id, name, monitor }
    }

    const KEYS: [Key<'_>; 9] = [
        key("pulseaudio:usb.monitor", "Monitor of USB Speaker", true),
        key("pulseaudio:usb-mic", "USB Microphone", false),
        key("pulseaudio:webcam", "Camera Microphone", false),
        key("alsa:hw:CARD=Headset,DEV=0", "Headset, Mono", false),
        key("alsa:plughw:CARD=Headset,DEV=0", "Headset, Mono", false),
        key("alsa:sysdefault:CARD=Headset", "Headset, Mono", false),
        key("alsa:hw:CARD=1,DEV=0", "Headset, Mono", false),
        key("alsa:hw:CARD=A,DEV=0", "Twin", false),
        key("alsa:hw:CARD=B,DEV=0", "Twin", false),
    ];

    #[test]
    fn a_device_is_found_by_id_name_or_part_of_one() {
        let cases = [
            ("pulseaudio:usb.monitor", Meant::One(0)),
            ("alsa:hw:CARD=1,DEV=0", Meant::One(6)),
            ("plughw:CARD=Headset,DEV=0", Meant::One(4)),
            ("usb microphone", Meant::One(1)),
            ("CAMERA", Meant::One(2)),
            ("webc", Meant::One(2)),
            ("monitor of", Meant::One(0)),
            ("gramophone", Meant::None),
            ("", Meant::None),
        ];
        for (wanted, meaning) in cases {
            assert_eq!(meant(wanted, &KEYS), meaning, "{wanted}");
        }
    }

    #[test]
    fn a_monitor_gives_way_and_ways_to_one_device_are_one() {
        assert_eq!(meant("usb", &KEYS), Meant::One(1));
        assert_eq!(meant("headset", &KEYS), Meant::One(3));
    }

    #[test]
    fn several_devices_are_all_named_even_if_they_are_called_alike() {
        assert_eq!(meant("microphone", &KEYS), Meant::Several(vec![1, 2]));
        assert_eq!(meant("twin", &KEYS), Meant::Several(vec![7, 8]));
    }
}
