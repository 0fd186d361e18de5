//! Small things that all drawings need.

/// Text that stands in HTML as it is.
pub fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// A number as people read it: three digits that matter, in small ones up to four places.
pub fn number(value: f64) -> String {
    let size = value.abs();
    let text = match size {
        1e6.. => return format!("{} M", number(value / 1e6)),
        1e4.. => return format!("{} k", number(value / 1e3)),
        100.0.. => format!("{value:.0}"),
        10.0.. => format!("{value:.1}"),
        1.0.. => format!("{value:.2}"),
        _ => format!("{value:.4}"),
    };
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
        .replace("-0", "−0")
        .replace('-', "−")
}

/// Round numbers between `low` and `high`, `wanted` of them or a few more or less.
pub fn ticks(low: f64, high: f64, wanted: usize) -> Vec<f64> {
    let rough = (high - low) / wanted as f64;
    let power = 10_f64.powf(rough.log10().floor());
    let step = [1.0, 2.0, 5.0, 10.0].map(|digit| digit * power).into_iter().find(|step| *step >= rough * 0.7);
    let step = step.unwrap_or(power);
    let first = (low / step - 1e-9).ceil() as i64;
    let last = (high / step + 1e-9).floor() as i64;
    (first..=last).map(|index| index as f64 * step).collect()
}

/// A colour between violet, teal and light yellow, for a share of the highest speed: told apart on a dark road by people
/// who see no red or green too.
pub fn speed_colour(share: f64) -> String {
    const STOPS: [[f64; 3]; 3] = [[154.0, 120.0, 240.0], [47.0, 184.0, 166.0], [251.0, 243.0, 164.0]];
    let at = share.clamp(0.0, 1.0) * 2.0;
    let from = (at as usize).min(1);
    let mix = |channel: usize| {
        let [one, other] = [STOPS[from][channel], STOPS[from + 1][channel]];
        (one + (at - from as f64) * (other - one)).round() as u8
    };
    format!("#{:02x}{:02x}{:02x}", mix(0), mix(1), mix(2))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_short() {
        let cases = [
            (0.0, "0"),
            (6.214, "6.21"),
            (0.012_34, "0.0123"),
            (-0.5, "−0.5"),
            (123.4, "123"),
            (250_400.0, "250 k"),
            (93_550.0, "93.5 k"),
            (8_000_000.0, "8 M"),
            (100.0, "100"),
        ];
        for (value, text) in cases {
            assert_eq!(number(value), text);
        }
    }

    #[test]
    fn ticks_are_round() {
        assert_eq!(ticks(0.0, 10.0, 4), [0.0, 2.0, 4.0, 6.0, 8.0, 10.0]);
        assert_eq!(ticks(5.62, 9.13, 3), [6.0, 7.0, 8.0, 9.0]);
        assert_eq!(ticks(-1.2, 1.9, 3), [-1.0, 0.0, 1.0]);
    }

    #[test]
    fn slow_is_violet_and_fast_is_yellow() {
        assert_eq!([0.0, 0.5, 1.0, 7.0].map(speed_colour), ["#9a78f0", "#2fb8a6", "#fbf3a4", "#fbf3a4"]);
    }
}
