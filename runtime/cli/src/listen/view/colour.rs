//! What is painted in which colour, for screens that have many, sixteen or none.

use ratatui::style::{Color, Modifier, Style};

use crate::args::ColorWhen;

/// How many colours the screen has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Colours {
    /// None: shades and bold letters stand in.
    None,
    /// The sixteen that every terminal has.
    Sixteen,
    /// The fixed palette of 256.
    Many,
    /// Any; the ramp takes a few of them, so that neighbours can share one.
    True,
}

/// The ramp in sixteen colours, each lighter than the one before; what is left of noise is
/// black, as the step to the next is large.
const SIXTEEN: [Color; 9] = [
    Color::Black,
    Color::Black,
    Color::Blue,
    Color::Blue,
    Color::Magenta,
    Color::Red,
    Color::LightRed,
    Color::Yellow,
    Color::White,
];

/// The ramp in the palette of 256.
const MANY: [u8; 16] =
    [16, 16, 16, 17, 53, 54, 90, 126, 125, 161, 167, 203, 209, 215, 222, 230];

/// Where the ramp of any colour passes through, evenly spaced: black, violet, red, orange,
/// pale yellow.
const ANCHORS: [[f32; 3]; 5] = [
    [0.0, 0.0, 4.0],
    [81.0, 18.0, 124.0],
    [183.0, 55.0, 121.0],
    [252.0, 137.0, 97.0],
    [252.0, 253.0, 191.0],
];

/// Colours of the ramp where any could be had: fewer bytes to send than with all of them,
/// and no eye tells the difference.
const STEPS: u32 = 24;

/// The ramp without colours.
const SHADES: [char; 6] = [' ', '·', '░', '▒', '▓', '█'];

impl Colours {
    /// Asks the environment, unless `when` has decided.
    pub fn detect(when: ColorWhen) -> Self {
        let of = |name: &str| std::env::var(name).unwrap_or_default();
        Self::of(when, !of("NO_COLOR").is_empty(), &of("TERM"), &of("COLORTERM"))
    }

    fn of(when: ColorWhen, no_color: bool, term: &str, colorterm: &str) -> Self {
        let none = match when {
            ColorWhen::Never => true,
            ColorWhen::Auto => no_color || term == "dumb",
            ColorWhen::Always => false,
        };
        if none {
            Self::None
        } else if matches!(colorterm, "truecolor" | "24bit") || term.ends_with("-direct") {
            Self::True
        } else if term.contains("256color") {
            Self::Many
        } else {
            Self::Sixteen
        }
    }

    /// The colour of a loudness.
    pub fn ramp(self, loudness: u8) -> Color {
        let at = |steps: usize| usize::from(loudness) * steps / 256;
        match self {
            Self::None => Color::Reset,
            Self::Sixteen => SIXTEEN[at(SIXTEEN.len())],
            Self::Many => Color::Indexed(MANY[at(MANY.len())]),
            Self::True => {
                let step = u32::from(loudness) * STEPS / 256;
                let place = step as f32 / (STEPS - 1) as f32 * (ANCHORS.len() - 1) as f32;
                let from = (place as usize).min(ANCHORS.len() - 2);
                let share = place - from as f32;
                let mix = |i: usize| {
                    let (low, high) = (ANCHORS[from][i], ANCHORS[from + 1][i]);
                    (low + (high - low) * share) as u8
                };
                Color::Rgb(mix(0), mix(1), mix(2))
            }
        }
    }

    /// The shade of a loudness, where there are no colours.
    pub fn shade(loudness: u8) -> char {
        SHADES[usize::from(loudness) * SHADES.len() / 256]
    }

    /// Text like any other.
    pub fn plain(self) -> Style {
        Style::new()
    }

    /// What matters most.
    pub fn strong(self) -> Style {
        Style::new().add_modifier(Modifier::BOLD)
    }

    /// What can be skipped on a first look.
    pub fn faint(self) -> Style {
        Style::new().add_modifier(Modifier::DIM)
    }

    /// A badge: light on dark where the rest is dark on light, and the other way round.
    pub fn badge(self) -> Style {
        Style::new().add_modifier(Modifier::BOLD | Modifier::REVERSED)
    }

    /// A measured amount, as in the filled part of a bar.
    pub fn amount(self) -> Style {
        self.paint(Color::Cyan)
    }

    /// All is well.
    pub fn good(self) -> Style {
        self.paint(Color::Green)
    }

    /// Worth a look.
    pub fn caution(self) -> Style {
        self.paint(Color::Yellow)
    }

    /// Something failed.
    pub fn bad(self) -> Style {
        self.paint(Color::Red).add_modifier(Modifier::BOLD)
    }

    fn paint(self, colour: Color) -> Style {
        if self == Self::None { Style::new() } else { Style::new().fg(colour) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_users_word_counts_more_than_the_environment() {
        use ColorWhen::{Always, Auto, Never};
        let of = Colours::of;
        assert_eq!(of(Auto, false, "xterm", ""), Colours::Sixteen);
        assert_eq!(of(Auto, false, "xterm-256color", ""), Colours::Many);
        assert_eq!(of(Auto, false, "xterm-256color", "truecolor"), Colours::True);
        assert_eq!(of(Auto, true, "xterm", "truecolor"), Colours::None);
        assert_eq!(of(Auto, false, "dumb", ""), Colours::None);
        assert_eq!(of(Always, true, "dumb", "24bit"), Colours::True);
        assert_eq!(of(Never, false, "xterm", "truecolor"), Colours::None);
    }

    #[test]
    fn the_ramp_runs_from_dark_to_light_in_few_colours() {
        let light = |colour| match colour {
            Color::Rgb(r, g, b) => u32::from(r) * 3 + u32::from(g) * 6 + u32::from(b),
            other => panic!("{other:?}"),
        };
        let ramp: Vec<Color> = (0..=255).map(|it| Colours::True.ramp(it)).collect();
        assert!(ramp.windows(2).all(|pair| light(pair[0]) <= light(pair[1])));
        assert_eq!(ramp[255], Color::Rgb(252, 253, 191));
        let mut distinct = ramp;
        distinct.dedup();
        assert_eq!(distinct.len(), 24);
        assert_eq!(Colours::Sixteen.ramp(0), Color::Black);
        assert_eq!(Colours::Sixteen.ramp(255), Color::White);
        assert_eq!((Colours::shade(0), Colours::shade(255)), (' ', '█'));
    }

    #[test]
    fn without_colours_nothing_is_coloured() {
        let none = Colours::None;
        for style in [none.amount(), none.good(), none.caution(), none.bad(), none.faint()] {
            assert_eq!((style.fg, style.bg), (None, None));
        }
    }
}
