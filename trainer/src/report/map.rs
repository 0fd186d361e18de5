//! The track from above: the line driven on it, and where cars went wrong.

use super::{
    measured::Fault,
    race::Raced,
    sectors::SECTORS,
    svg::{escaped, speed_colour},
};
use crate::par_cache::ParPoint;
use sim_spec::{Station, Track};
use std::{collections::BTreeMap, fmt::Write as _};

/// Room around the road, metres.
const MARGIN_M: f64 = 0.5;
/// Mistakes closer together than this are drawn as one, metres.
const CELL_M: f64 = 0.3;
/// Radius of a single mistake and of the place with the most, metres.
const SPOT_M: [f64; 2] = [0.07, 0.34];

/// A track as the ground of a drawing.
pub struct Map<'a> {
    track: &'a Track,
    low: [f64; 2],
    high: [f64; 2],
}

impl<'a> Map<'a> {
    pub fn new(track: &'a Track) -> Self {
        let (mut low, mut high) = ([f64::INFINITY; 2], [f64::NEG_INFINITY; 2]);
        for point in track.stations().iter().flat_map(|station| [station.inner, station.outer]) {
            for axis in 0..2 {
                low[axis] = low[axis].min(point[axis] - MARGIN_M);
                high[axis] = high[axis].max(point[axis] + MARGIN_M);
            }
        }
        Self { track, low, high }
    }

    /// Pictures count downwards.
    fn place(&self, [x, y]: [f64; 2]) -> String {
        format!("{:.2} {:.2}", x - self.low[0], self.high[1] - y)
    }

    fn line(&self, points: impl Iterator<Item = [f64; 2]>) -> String {
        format!("M{}", points.map(|point| self.place(point)).collect::<Vec<_>>().join("L"))
    }

    /// The drawing, with `content` on the road.
    fn svg(&self, title: &str, content: &str) -> String {
        let border = |pick: fn(&Station) -> [f64; 2]| self.line(self.track.stations().iter().map(pick)) + "Z";
        let [inner, outer] = [border(|station| station.inner), border(|station| station.outer)];
        let [width, height] = [0, 1].map(|axis| self.high[axis] - self.low[axis]);
        let mut sectors = String::new();
        for number in 0..SECTORS {
            let station = &self.track.stations()[number * self.track.stations().len() / SECTORS];
            let [x, y] = [0, 1].map(|axis| station.outer[axis] + 0.28 * outwards(station)[axis]);
            let _ = write!(
                sectors,
                r#"<path class="sector" d="{}"/><text class="sector-name" x="{:.2}" y="{:.2}">{}</text>"#,
                self.line([station.inner, station.outer].into_iter()),
                x - self.low[0],
                self.high[1] - y + 0.09,
                number + 1
            );
        }
        format!(
            r#"<svg class="map" viewBox="0 0 {width:.2} {height:.2}" role="img" aria-label="{}"><path class="road" fill-rule="evenodd" d="{outer}{inner}"/><path class="border" d="{inner}"/><path class="border" d="{outer}"/>{sectors}{content}</svg>"#,
            escaped(title)
        )
    }

    /// The best lap, coloured by speed between two speeds, over par's line.
    pub fn driven(&self, raced: &Raced, [slow_mps, fast_mps]: [f64; 2], par: &[ParPoint]) -> String {
        let Some(best) = &raced.best else { return self.svg("No lap was driven", "") };
        let telemetry = &raced.telemetry[best.race];
        let mut content =
            format!(r#"<path class="par" d="{}Z"/>"#, self.line(par.iter().map(|point| point.position_m)));
        let samples = raced.best_samples();
        for (here, next) in samples.clone().zip(samples.skip(1)) {
            let point = |sample: usize| [telemetry.x_m[sample], telemetry.y_m[sample]].map(f64::from);
            let speed_mps = f64::from(telemetry.speed_mps[here]);
            let _ = write!(
                content,
                r#"<path class="driven" stroke="{}" d="{}"><title>{speed_mps:.2} m/s</title></path>"#,
                speed_colour((speed_mps - slow_mps) / (fast_mps - slow_mps)),
                self.line([point(here), point(next)].into_iter())
            );
        }
        self.svg(&format!("The best lap, {:.3} s, coloured by speed, over the line of par", best.secs), &content)
    }

    /// Where cars went wrong: larger spots for more mistakes, crosses for those of the best policy.
    pub fn faults(&self, faults: &[Fault]) -> String {
        let mut cells: BTreeMap<[i64; 2], Vec<&Fault>> = BTreeMap::new();
        for fault in faults.iter().filter(|fault| !fault.is_race) {
            cells.entry(fault.position_m.map(|at| (at / CELL_M).round() as i64)).or_default().push(fault);
        }
        let most = cells.values().map(Vec::len).max().unwrap_or(0).max(2) as f64;
        let mut content = String::new();
        for group in cells.values() {
            let count = group.len() as f64;
            let [x, y] = [0, 1].map(|axis| group.iter().map(|fault| fault.position_m[axis]).sum::<f64>() / count);
            // The area tells the number.
            let radius = SPOT_M[0] + (SPOT_M[1] - SPOT_M[0]) * ((count - 1.0) / (most - 1.0)).sqrt();
            let _ = write!(
                content,
                r#"<circle class="fault" cx="{:.2}" cy="{:.2}" r="{radius:.2}"><title>{} in training</title></circle>"#,
                x - self.low[0],
                self.high[1] - y,
                group.len()
            );
        }
        for fault in faults.iter().filter(|fault| fault.is_race) {
            let _ = write!(
                content,
                r#"<path class="race-fault" d="M-0.13 -0.13L0.13 0.13M-0.13 0.13L0.13 -0.13" transform="translate({})"><title>the best policy, in a race</title></path>"#,
                self.place(fault.position_m)
            );
        }
        self.svg(&format!("Where cars went wrong: {} traced mistakes", faults.len()), &content)
    }
}

/// The unit vector across the road, away from its inner border.
fn outwards(station: &Station) -> [f64; 2] {
    let [dx, dy] = [0, 1].map(|axis| station.outer[axis] - station.inner[axis]);
    let length = dx.hypot(dy);
    [dx / length, dy / length]
}

#[cfg(test)]
mod tests {
    use super::*;
    use sim_spec::builtin_tracks;

    #[test]
    fn mistakes_that_lie_together_are_one_spot() {
        let track = builtin_tracks::find("harbour").expect("a built-in track");
        let fault = |x: f64, is_race| Fault { position_m: [x, 0.0], sector: 0, is_race };
        let faults = [fault(0.0, false), fault(0.05, false), fault(2.0, false), fault(1.0, true)];
        let svg = Map::new(&track).faults(&faults);
        assert_eq!(svg.matches("class=\"fault\"").count(), 2);
        assert!(svg.contains("<title>2 in training</title>") && svg.contains(r#"r="0.34""#), "{svg}");
        assert_eq!(svg.matches("class=\"race-fault\"").count(), 1);
        assert!(svg.contains("4 traced mistakes") && svg.matches("sector-name").count() == SECTORS);
    }
}
