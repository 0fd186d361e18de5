//! A picture of a track.

use crate::Track;
use std::fmt::Write as _;

/// Room around the road, metres.
const MARGIN_M: f64 = 0.4;

impl Track {
    /// The track as an SVG picture, `width_px` wide: y points up, the arrow stands at the line in the direction of driving.
    /// It has no background and fits on light and dark pages.
    pub fn to_svg(&self, width_px: u32) -> String {
        let points = self.stations().iter().flat_map(|station| [station.inner, station.outer]);
        let (mut low, mut high) = ([f64::INFINITY; 2], [f64::NEG_INFINITY; 2]);
        for point in points {
            for axis in 0..2 {
                low[axis] = low[axis].min(point[axis] - MARGIN_M);
                high[axis] = high[axis].max(point[axis] + MARGIN_M);
            }
        }
        let [width_m, height_m] = [high[0] - low[0], high[1] - low[1]];
        let height_px = (f64::from(width_px) * height_m / width_m).round();
        // Pictures count downwards.
        let place = |[x, y]: [f64; 2]| format!("{:.3} {:.3}", x - low[0], high[1] - y);
        let line = |pick: fn(&crate::Station) -> [f64; 2]| {
            let points: Vec<_> = self.stations().iter().map(|station| place(pick(station))).collect();
            format!("M{}Z", points.join("L"))
        };
        let [centre, inner, outer] = [line(|s| s.centre), line(|s| s.inner), line(|s| s.outer)];
        let start = self.stations()[0];
        let next = self.stations()[1].centre;
        let [dx, dy] = [next[0] - start.centre[0], next[1] - start.centre[1]];
        let degrees = -libm::atan2(dy, dx).to_degrees();
        let (title, name) = (escaped(self.title()), self.name());
        let mut svg = String::new();
        // Writing into a text cannot fail.
        let _ = write!(
            svg,
            r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width_m:.3} {height_m:.3}" width="{width_px}" height="{height_px}" role="img" aria-labelledby="track-{name}">
<title id="track-{name}">{title}: {length:.1} m</title>
<path d="{outer}{inner}" fill="#5b6470" fill-rule="evenodd"/>
<path d="{inner}" fill="none" stroke="#e8ecf1" stroke-width="0.06" stroke-linejoin="round"/>
<path d="{outer}" fill="none" stroke="#e8ecf1" stroke-width="0.06" stroke-linejoin="round"/>
<path d="{centre}" fill="none" stroke="#f2c14e" stroke-width="0.04" stroke-dasharray="0.25 0.25"/>
<path d="M{start_inner}L{start_outer}" stroke="#e5484d" stroke-width="0.12"/>
<path d="M0.15 -0.16L0.5 0L0.15 0.16Z" fill="#e5484d" transform="translate({at}) rotate({degrees:.1})"/>
</svg>
"##,
            length = self.length_m(),
            start_inner = place(start.inner),
            start_outer = place(start.outer),
            at = place(start.centre),
        );
        svg
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use crate::{Track, builtin_tracks};

    #[test]
    fn a_picture_shows_the_whole_road_and_its_name() {
        let track = builtin_tracks::find("harbour").expect("a built-in track");
        let svg = track.to_svg(320);
        assert!(svg.starts_with("<svg ") && svg.ends_with("</svg>\n"));
        assert!(svg.contains("<title id=\"track-harbour\">Harbour loop: 19.5 m</title>"));
        // A point per station in each of the four lines of the road: two fill it, two border it, and the centre line.
        assert_eq!(svg.matches('L').count(), 5 * (track.stations().len() - 1) + 3);
    }

    #[test]
    fn a_title_cannot_break_out_of_its_picture() {
        let track = builtin_tracks::find("harbour").expect("a built-in track");
        let named = Track::new("x", "<script>&", track.stations().to_vec()).expect("a track");
        assert!(named.to_svg(100).contains("&lt;script&gt;&amp;: 19.5 m"));
    }
}
