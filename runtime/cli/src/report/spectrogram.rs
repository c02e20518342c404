//! The log-mel frames as a picture.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::tracks::Column;

/// Share of the values that are darker than the darkest shade; a few extremes must not
/// flatten the rest.
const EXTREMES: f64 = 0.002;

/// The range that is drawn, as a multiple of the distance between the median and the
/// darkest shade: what lies below is background.
const BELOW_MEDIAN: f32 = 0.9;

/// A picture of `columns`, one pixel a band and entry, as a `data:` address; `None`
/// without a column. The stronger the sound, the darker.
pub fn picture(columns: &[Column]) -> Option<String> {
    let bands = columns.first()?.means().count();
    let (low, high) = range(columns)?;
    let width = u32::try_from(columns.len()).ok()?;
    let mut pixels = vec![0; columns.len() * bands];
    for (x, column) in columns.iter().enumerate() {
        for (y, value) in column.means().rev().enumerate() {
            let share = ((value - low) / (high - low)).clamp(0.0, 1.0);
            pixels[y * columns.len() + x] = (share * 255.0).round() as u8;
        }
    }
    let mut file = Vec::new();
    let mut encoder = png::Encoder::new(&mut file, width, u32::try_from(bands).ok()?);
    encoder.set_color(png::ColorType::Indexed);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_palette(palette());
    encoder.set_compression(png::Compression::High);
    let written = encoder.write_header().and_then(|mut writer| {
        writer.write_image_data(&pixels)?;
        writer.finish()
    });
    written.ok()?;
    Some(format!("data:image/png;base64,{}", STANDARD.encode(&file)))
}

/// The values that are drawn lightest and darkest.
fn range(columns: &[Column]) -> Option<(f32, f32)> {
    let mut values: Vec<f32> =
        columns.iter().flat_map(Column::means).filter(|value| value.is_finite()).collect();
    values.sort_by(f32::total_cmp);
    let last = values.len().checked_sub(1)?;
    let at = |share: f64| values[(share * last as f64) as usize];
    let (high, median) = (at(1.0 - EXTREMES), at(0.5));
    let low = median - BELOW_MEDIAN * (high - median);
    Some(if high > low { (low.max(values[0]), high) } else { (high, high + 1.0) })
}

/// From paper through blue to ink: each step darker than the one before, so that it prints
/// without colours, too.
fn palette() -> Vec<u8> {
    const STOPS: [(f32, [f32; 3]); 5] = [
        (0.0, [255.0, 255.0, 255.0]),
        (0.3, [205.0, 221.0, 236.0]),
        (0.6, [104.0, 151.0, 196.0]),
        (0.85, [33.0, 74.0, 130.0]),
        (1.0, [14.0, 20.0, 50.0]),
    ];
    (0..256)
        .flat_map(|index| {
            let share = index as f32 / 255.0;
            let pair = STOPS.windows(2).find(|pair| share <= pair[1].0);
            let [(from, light), (to, dark)] =
                pair.map_or([STOPS[3], STOPS[4]], |it| [it[0], it[1]]);
            let part = (share - from) / (to - from);
            [0, 1, 2].map(|it| (light[it] + part * (dark[it] - light[it])).round() as u8)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_has_a_pixel_a_band_and_entry() {
        let columns: Vec<Column> =
            (0..40).map(|x| Column::new(&[x as f32, 0.0, -10.0, 3.0])).collect();
        let address = picture(&columns).unwrap();
        let data = address.strip_prefix("data:image/png;base64,").unwrap();
        let file = STANDARD.decode(data).unwrap();
        let mut reader = png::Decoder::new(std::io::Cursor::new(file)).read_info().unwrap();
        let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
        let info = reader.next_frame(&mut pixels).unwrap();
        assert_eq!((info.width, info.height), (40, 4));
        // The lowest band is at the bottom and rises to the darkest shade.
        assert!(pixels[3 * 40] < pixels[3 * 40 + 39]);
        assert_eq!(picture(&[]), None);
    }

    #[test]
    fn a_constant_is_a_picture_too() {
        assert!(picture(&[Column::new(&[-1.0; 8]), Column::new(&[-1.0; 8])]).is_some());
    }

    #[test]
    fn shades_only_get_darker() {
        let palette = palette();
        assert_eq!(palette.len(), 768);
        let light =
            |index: usize| palette[3 * index..][..3].iter().map(|c| u32::from(*c)).sum::<u32>();
        assert!((1..256).all(|index| light(index) <= light(index - 1)));
        assert_eq!((light(0), light(255)), (765, 84));
    }
}
