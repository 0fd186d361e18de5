//! A picture of a track.

use crate::Track;
use std::fmt::Write as _;

/// Room around the road, metres.
const MARGIN_M: f64 = 0.4;
/// Width of a border line, metres: about that of tape on a floor. The centre line has two thirds, the start line twice.
const BORDER_M: f64 = 0.06;
/// On a long track the borders are drawn at least this wide, as a share of the picture, so that they do not vanish.
const MIN_BORDER_SHARE: f64 = 1.0 / 250.0;

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
        // Route files repeat points; the arrow points to the next place.
        let next = self.stations().iter().find(|station| station.centre != start.centre).unwrap_or(&start);
        let [dx, dy] = [next.centre[0] - start.centre[0], next.centre[1] - start.centre[1]];
        let border_m = BORDER_M.max(width_m * MIN_BORDER_SHARE);
        let degrees = -libm::atan2(dy, dx).to_degrees();
        let (title, name) = (escaped(self.title()), self.name());
        let mut svg = String::new();
        // Writing into a text cannot fail.
        let _ = write!(
            svg,
            r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width_m:.3} {height_m:.3}" width="{width_px}" height="{height_px}" role="img" aria-labelledby="track-{name}">
<title id="track-{name}">{title}: {length:.1} m</title>
<path d="{outer}{inner}" fill="#5b6470" fill-rule="evenodd"/>
<path d="{inner}" fill="none" stroke="#e8ecf1" stroke-width="{border_m:.3}" stroke-linejoin="round"/>
<path d="{outer}" fill="none" stroke="#e8ecf1" stroke-width="{border_m:.3}" stroke-linejoin="round"/>
<path d="{centre}" fill="none" stroke="#f2c14e" stroke-width="{dash_m:.3}" stroke-dasharray="0.25 0.25"/>
<path d="M{start_inner}L{start_outer}" stroke="#e5484d" stroke-width="{start_m:.3}"/>
<path d="M0.15 -0.16L0.5 0L0.15 0.16Z" fill="#e5484d" transform="translate({at}) rotate({degrees:.1})"/>
</svg>
"##,
            length = self.length_m(),
            dash_m = border_m * 2.0 / 3.0,
            start_m = border_m * 2.0,
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
    use crate::{Station, Track, builtin_tracks};

    #[test]
    fn a_picture_shows_the_whole_road_and_its_name() {
        let track = builtin_tracks::find("harbour").expect("a built-in track");
        let svg = track.to_svg(320);
        assert!(svg.starts_with("<svg ") && svg.ends_with("</svg>\n"));
        assert!(svg.contains("<title id=\"track-harbour\">Harbour loop: 19.5 m</title>"));
        // A point per station in each of the four lines of the road: two fill it, two border it, and the centre line.
        assert_eq!(svg.matches('L').count(), 5 * (track.stations().len() - 1) + 3);
    }

    /// A square road from (2, 0), driven counter-clockwise, whose first station is repeated.
    fn square() -> Track {
        let corners = [[1, 0], [1, 0], [1, 1], [0, 1], [-1, 1], [-1, 0], [-1, -1], [0, -1], [1, -1]];
        let at = |corner: [i32; 2], reach_m: f64| corner.map(|number| f64::from(number) * reach_m);
        let station = |corner| Station { centre: at(corner, 2.0), inner: at(corner, 1.5), outer: at(corner, 2.5) };
        Track::new("square", "Square", corners.into_iter().map(station).collect()).expect("a track")
    }

    #[test]
    fn a_square_is_drawn_as_it_was() {
        // 5 m and 0.4 m of room on both sides; y counts downwards from 2.9 m; the arrow points up.
        let picture = r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 5.800 5.800" width="290" height="290" role="img" aria-labelledby="track-square">
<title id="track-square">Square: 16.0 m</title>
<path d="M5.400 2.900L5.400 2.900L5.400 0.400L2.900 0.400L0.400 0.400L0.400 2.900L0.400 5.400L2.900 5.400L5.400 5.400ZM4.400 2.900L4.400 2.900L4.400 1.400L2.900 1.400L1.400 1.400L1.400 2.900L1.400 4.400L2.900 4.400L4.400 4.400Z" fill="#5b6470" fill-rule="evenodd"/>
<path d="M4.400 2.900L4.400 2.900L4.400 1.400L2.900 1.400L1.400 1.400L1.400 2.900L1.400 4.400L2.900 4.400L4.400 4.400Z" fill="none" stroke="#e8ecf1" stroke-width="0.060" stroke-linejoin="round"/>
<path d="M5.400 2.900L5.400 2.900L5.400 0.400L2.900 0.400L0.400 0.400L0.400 2.900L0.400 5.400L2.900 5.400L5.400 5.400Z" fill="none" stroke="#e8ecf1" stroke-width="0.060" stroke-linejoin="round"/>
<path d="M4.900 2.900L4.900 2.900L4.900 0.900L2.900 0.900L0.900 0.900L0.900 2.900L0.900 4.900L2.900 4.900L4.900 4.900Z" fill="none" stroke="#f2c14e" stroke-width="0.040" stroke-dasharray="0.25 0.25"/>
<path d="M4.400 2.900L5.400 2.900" stroke="#e5484d" stroke-width="0.120"/>
<path d="M0.15 -0.16L0.5 0L0.15 0.16Z" fill="#e5484d" transform="translate(4.900 2.900) rotate(-90.0)"/>
</svg>
"##;
        assert_eq!(square().to_svg(290), picture);
    }

    #[test]
    fn a_title_cannot_break_out_of_its_picture() {
        let track = builtin_tracks::find("harbour").expect("a built-in track");
        let named = Track::new("x", "<script>&", track.stations().to_vec()).expect("a track");
        assert!(named.to_svg(100).contains("&lt;script&gt;&amp;: 19.5 m"));
    }
}
