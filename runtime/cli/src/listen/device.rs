//! Which inputs there are, which one is meant, and how it is opened.
//!
//! Everything here may block for as long as the audio system likes: it runs on threads that
//! nobody waits for.

mod error;
mod lookup;

use std::fmt;

use cpal::traits::{DeviceTrait, HostTrait};
use cpal::{
    BufferSize, Device, DeviceId, Host, HostId, SampleFormat, StreamConfig,
    SupportedBufferSize, SupportedStreamConfig, SupportedStreamConfigRange,
};

use super::capture::{BLOCK, Tap};

pub use error::DeviceError;
use lookup::{Key, Meant, meant};

/// Channels taken where the device lets itself be asked for fewer than it has.
const CHANNELS: u16 = 2;

/// Callbacks a second.
const CALLBACKS: u32 = 20;

/// An input of ALSA's that delivers nothing, as fast as it can.
const NULL: &str = "null";

/// Inputs of ALSA's that lead to a sound server where one runs.
const ROUNDABOUT: [&str; 4] = ["default", "pulse", "pipewire", "jack"];

/// An input that can be opened.
#[derive(Clone)]
pub struct Input {
    /// What opens it.
    pub device: Device,
    /// The audio system that it belongs to.
    pub host: HostId,
    /// What the audio system calls it, as "pulseaudio:mic0.monitor".
    pub id: String,
    /// What people call it.
    pub name: String,
    /// Whether it is what its host would take.
    pub is_default: bool,
    /// How it comes.
    pub own: SupportedStreamConfig,
}

impl fmt::Debug for Input {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Input").field("id", &self.id).field("own", &self.own).finish()
    }
}

/// How an input is opened.
#[derive(Clone, Copy, Debug)]
pub struct Choice {
    /// What is asked for.
    pub config: StreamConfig,
    /// How a sample is stored.
    pub format: SampleFormat,
}

/// Every input of every host of `order` that can be opened; hosts that do not answer are
/// left out, unless none does.
pub fn all(order: &[HostId]) -> Result<Vec<Input>, DeviceError> {
    let mut causes = Vec::new();
    let mut inputs = Vec::new();
    let mut answered = false;
    for id in order {
        match inputs_of(*id, answered) {
            Ok(mut found) => {
                // Where nothing is asked for, the first that answers is taken.
                found.iter_mut().for_each(|input| input.is_default &= !answered);
                answered = true;
                inputs.extend(found);
            }
            Err(error) => causes.push(cause(*id, &error)),
        }
    }
    if answered { Ok(inputs) } else { Err(DeviceError::NoHost(causes.join("; "))) }
}

/// The input that `wanted` means, or the default one. Hosts come in their `order`; the first
/// that has it wins.
pub fn find(wanted: Option<&str>, order: &[HostId]) -> Result<Input, DeviceError> {
    let Some(wanted) = wanted else { return default(order) };
    let mut seen = Vec::new();
    let mut answered = false;
    let mut causes = Vec::new();
    for id in order {
        let inputs = match inputs_of(*id, answered) {
            Ok(inputs) => inputs,
            Err(error) => {
                causes.push(cause(*id, &error));
                continue;
            }
        };
        answered = true;
        let keys: Vec<Key<'_>> = inputs.iter().map(Input::key).collect();
        match meant(wanted, &keys) {
            Meant::One(at) => {
                return inputs.into_iter().nth(at).ok_or(DeviceError::NoInput);
            }
            Meant::Several(at) => {
                let fits = at.iter().filter_map(|at| inputs.get(*at)).map(|it| it.id.clone());
                return Err(DeviceError::Ambiguous {
                    wanted: wanted.to_owned(),
                    fits: fits.collect(),
                });
            }
            Meant::None => {}
        }
        // An input that is asked for by its id need not be listed.
        if let Some(input) = by_id(wanted, *id) {
            return Ok(input);
        }
        seen.extend(inputs.into_iter().map(|input| input.id));
    }
    if causes.len() == order.len() {
        return Err(DeviceError::NoHost(causes.join("; ")));
    }
    Err(DeviceError::Unknown { wanted: wanted.to_owned(), inputs: seen })
}

fn default(order: &[HostId]) -> Result<Input, DeviceError> {
    let mut causes = Vec::new();
    let mut refused = None;
    let mut answered = false;
    for id in order {
        let host = match cpal::host_from_id(*id) {
            Ok(host) => host,
            Err(error) => {
                causes.push(cause(*id, &error));
                continue;
            }
        };
        // A server without an input has none on ALSA's detour to it, either.
        if *id == HostId::Alsa && answered {
            continue;
        }
        answered = true;
        let Some(device) = host.default_input_device() else { continue };
        match Input::new(device, *id, true) {
            Ok(input) => return Ok(input),
            // ALSA has a default even where it has no device.
            Err(error) if *id == HostId::Alsa && is_absent(&error) => {}
            Err(error) => {
                refused.get_or_insert(DeviceError::refused("the default input", &error));
            }
        }
    }
    Err(match refused {
        Some(refused) => refused,
        None if causes.len() == order.len() => DeviceError::NoHost(causes.join("; ")),
        None => DeviceError::NoInput,
    })
}

fn is_absent(error: &cpal::Error) -> bool {
    use cpal::ErrorKind as Kind;
    !matches!(error.kind(), Kind::DeviceBusy | Kind::PermissionDenied)
}

fn cause(host: HostId, error: &cpal::Error) -> String {
    let said = error.to_string();
    let said = said.trim_end_matches('.');
    if said.starts_with(host.name()) {
        said.to_owned()
    } else {
        format!("{}: {said}", host.name())
    }
}

/// The inputs of one host. `beside`: another host answers, which has what ALSA's detours
/// lead to.
fn inputs_of(id: HostId, beside: bool) -> Result<Vec<Input>, cpal::Error> {
    let host: Host = cpal::host_from_id(id)?;
    let default = host.default_input_device().and_then(|device| device.id().ok());
    let inputs = host.devices()?.filter_map(|device| {
        let own = device.id().ok()?;
        let skipped = id == HostId::Alsa
            && (own.id() == NULL || beside && ROUNDABOUT.contains(&own.id()));
        if skipped {
            return None;
        }
        Input::new(device, id, default.as_ref() == Some(&own)).ok()
    });
    let mut inputs: Vec<Input> = inputs.collect();
    // What plays back what is heard elsewhere is no microphone.
    inputs.sort_by_key(|input| (!input.is_default, input.is_monitor()));
    Ok(inputs)
}

fn by_id(wanted: &str, host: HostId) -> Option<Input> {
    let id: DeviceId = wanted.parse().or_else(|_| format!("{host}:{wanted}").parse()).ok()?;
    if id.host() != host || id.id() == NULL {
        return None;
    }
    let device = cpal::host_from_id(host).ok()?.device_by_id(&id)?;
    Input::new(device, host, false).ok()
}

impl Input {
    fn new(device: Device, host: HostId, is_default: bool) -> Result<Self, cpal::Error> {
        let own = device.default_input_config()?;
        let id = device.id()?.to_string();
        let name = device.description()?.name().to_owned();
        Ok(Self { device, host, id, name, is_default, own })
    }

    /// Whether it hears what an output plays, rather than a microphone.
    pub fn is_monitor(&self) -> bool {
        self.host == HostId::PulseAudio && self.id.ends_with(".monitor")
    }

    fn key(&self) -> Key<'_> {
        Key { id: &self.id, name: &self.name, monitor: self.is_monitor() }
    }

    /// What else it can do, as far as it can be used.
    pub fn ranges(&self) -> Vec<SupportedStreamConfigRange> {
        let all = self.device.supported_input_configs();
        let usable = |range: &SupportedStreamConfigRange| Tap::takes(range.sample_format());
        all.map(|all| all.filter(usable).collect()).unwrap_or_default()
    }

    /// How it is opened: its own rate and storage, at most two channels where it lets itself
    /// be asked, and 20 callbacks a second, or fewer by `slack`.
    ///
    /// # Errors
    ///
    /// When samples stored as it does are not supported.
    pub fn choose(&self, slack: u32) -> Result<Choice, DeviceError> {
        let format = self.own.sample_format();
        let channels = self.own.channels();
        if !Tap::takes(format) || channels == 0 || usize::from(channels) > BLOCK {
            return Err(DeviceError::Format { name: self.name.clone(), got: format });
        }
        let rate = self.own.sample_rate();
        let fewer = channels > CHANNELS && gives(&self.ranges(), format, rate, CHANNELS);
        Ok(Choice {
            config: StreamConfig {
                channels: if fewer { CHANNELS } else { channels },
                sample_rate: rate,
                buffer_size: buffer(rate, slack, self.own.buffer_size()),
            },
            format,
        })
    }
}

fn gives(
    ranges: &[SupportedStreamConfigRange],
    format: SampleFormat,
    rate: u32,
    channels: u16,
) -> bool {
    ranges.iter().any(|range| {
        range.sample_format() == format
            && range.channels() == channels
            && (range.min_sample_rate()..=range.max_sample_rate()).contains(&rate)
    })
}

fn buffer(rate: u32, slack: u32, bounds: &SupportedBufferSize) -> BufferSize {
    match *bounds {
        SupportedBufferSize::Range { min, max } => {
            let wanted = (rate / CALLBACKS).saturating_mul(slack.max(1));
            BufferSize::Fixed(wanted.max(min).min(max.max(min)))
        }
        SupportedBufferSize::Unknown => BufferSize::Default,
    }
}

#[cfg(test)]
mod tests;
