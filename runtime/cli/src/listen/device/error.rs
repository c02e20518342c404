//! Why an input cannot be opened.

use std::fmt;

use cpal::SampleFormat;

use crate::output::quote;

/// Why there is nothing to open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DeviceError {
    /// No audio system answers.
    NoHost(String),
    /// One does, but has no input.
    NoInput,
    /// No input is called that.
    Unknown {
        /// What was asked for.
        wanted: String,
        /// The inputs there are.
        inputs: Vec<String>,
    },
    /// Several are.
    Ambiguous {
        /// What was asked for.
        wanted: String,
        /// The inputs it fits.
        fits: Vec<String>,
    },
    /// Its samples are stored in a way that is not supported.
    Format {
        /// The input.
        name: String,
        /// How it stores samples.
        got: SampleFormat,
    },
    /// The audio system refuses.
    Refused {
        /// The input.
        name: String,
        /// What the audio system says.
        cause: String,
    },
    /// It is in use by another program.
    Busy(String),
    /// This user may not.
    Forbidden(String),
}

impl DeviceError {
    /// What `error` means for the input `name`.
    pub fn refused(name: &str, error: &cpal::Error) -> Self {
        match error.kind() {
            cpal::ErrorKind::DeviceBusy => Self::Busy(name.to_owned()),
            cpal::ErrorKind::PermissionDenied => Self::Forbidden(name.to_owned()),
            _ => Self::Refused { name: name.to_owned(), cause: error.to_string() },
        }
    }

    /// A stable name for machine-readable output.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NoHost(_) => "no_audio_system",
            Self::NoInput => "no_input",
            Self::Unknown { .. } => "unknown_device",
            Self::Ambiguous { .. } => "ambiguous_device",
            Self::Format { .. } => "unsupported_format",
            Self::Refused { .. } => "refused",
            Self::Busy(_) => "busy",
            Self::Forbidden(_) => "forbidden",
        }
    }

    /// Whether waiting cannot mend it.
    pub fn is_final(&self) -> bool {
        matches!(self, Self::Ambiguous { .. })
    }
}

impl fmt::Display for DeviceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoHost(causes) => write!(f, "no audio system answers ({causes})"),
            Self::NoInput => f.write_str("there is no microphone"),
            Self::Unknown { wanted, inputs } if inputs.is_empty() => {
                write!(f, "no input is called {}; there is none at all", quote(wanted))
            }
            Self::Unknown { wanted, inputs } => {
                write!(f, "no input is called {}; there is {}", quote(wanted), list(inputs))
            }
            Self::Ambiguous { wanted, fits } => write!(
                f,
                "{} fits {} inputs, {}; expected an id or a name that fits one",
                quote(wanted),
                fits.len(),
                list(fits)
            ),
            Self::Format { name, got } => write!(
                f,
                "{} stores samples as {got}; expected integers of 8 to 32 bits, f32 or f64",
                quote(name)
            ),
            Self::Refused { name, cause } => {
                let cause = cause.trim_end_matches('.');
                write!(f, "{} cannot be opened: {cause}", quote(name))
            }
            Self::Busy(name) => write!(f, "{} is in use by another program", quote(name)),
            Self::Forbidden(name) => write!(
                f,
                "{} may not be opened by this user; on Linux the group 'audio' may",
                quote(name)
            ),
        }
    }
}

impl std::error::Error for DeviceError {}

fn list(inputs: &[String]) -> String {
    inputs.join(", ")
}
