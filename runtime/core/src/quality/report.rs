//! What a tally means, in units.

/// The lowest level a [`Report`] states, in dBFS: that of digital silence, and below the
/// noise of any converter.
pub const QUIETEST_DBFS: f32 = -120.0;

/// What a span of audio is like. All levels are in dBFS, -120 at the lowest.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Report {
    /// Duration.
    pub seconds: f32,
    /// Time in frames of 10 ms at or above the limit of activity.
    pub active_seconds: f32,
    /// Time in frames of 10 ms that are voiced; absent where the pitch is not looked for,
    /// which needs 16 kHz.
    pub voiced_seconds: Option<f32>,
    /// Level of the largest sample as recorded, of any channel; of the signal that is scored
    /// where nothing else is known.
    pub peak_dbfs: f32,
    /// Mean level.
    pub rms_dbfs: f32,
    /// Mean level of the loudest 10 ms, their mean taken out.
    pub loudest_dbfs: f32,
    /// Mean value, -1 to 1.
    pub dc: f32,
    /// Share of samples that are exactly zero, 0 to 1.
    pub zero_share: f32,
    /// Share of the frames of 10 ms that are digital silence, 0 to 1: without their mean
    /// they stay below -120 dBFS.
    pub silent_share: f32,
    /// Share of recorded samples at full scale, 0 to 1.
    pub clipped_share: f32,
    /// Recorded samples that were NaN or infinite.
    pub not_finite: u64,
    /// How often the signal stands still in the midst of sound.
    pub dropouts: u64,
    /// For how long altogether.
    pub dropout_seconds: f32,
    /// Level of what stands out from the noise, above that of the noise, in dB; absent
    /// where nothing tells the noise from the rest.
    pub snr_db: Option<f32>,
    /// The frequency up to which there is sound, in Hz; absent where less than a quarter of
    /// a second is active.
    pub bandwidth_hz: Option<f32>,
}

impl Report {
    /// The share of the duration that dropouts take, 0 to 1.
    pub fn dropout_share(&self) -> f32 {
        if self.seconds > 0.0 { (self.dropout_seconds / self.seconds).min(1.0) } else { 0.0 }
    }
}

/// 10·log10 of a mean square: 0 dBFS is a constant at full scale, a sine at full scale has
/// -3 dBFS. Never below [`QUIETEST_DBFS`], never NaN.
pub(super) fn decibels(mean_square: f64) -> f32 {
    let level = 10.0 * libm::log10(mean_square);
    if level > f64::from(QUIETEST_DBFS) { level as f32 } else { QUIETEST_DBFS }
}
