//! A picture of grey levels, and convex shapes painted on it.

use super::{NEAR_M, Point};
use sim_spec::observation::PICTURE;

const COLUMNS: usize = PICTURE[0];
const ROWS: usize = PICTURE[1];

/// Corners of a quadrilateral, and one more where the near plane cuts it.
const CORNERS: usize = 5;

/// The picture, and the ends of the shape that is being painted in each of its rows.
#[derive(Debug, Clone)]
pub struct Canvas {
    pixels: Vec<u8>,
}

impl Default for Canvas {
    fn default() -> Self {
        Self { pixels: vec![0; COLUMNS * ROWS] }
    }
}

impl Canvas {
    /// The picture, row by row from the top left.
    pub fn pixels(&self) -> &[u8] {
        &self.pixels
    }

    /// Nothing but sky above a row and ground below.
    pub fn clear(&mut self, horizon_row: f32, sky: u8, ground: u8) {
        let (above, below) = self.pixels.split_at_mut(row_from(horizon_row) * COLUMNS);
        above.fill(sky);
        below.fill(ground);
    }

    /// Paints a convex quadrilateral in camera space, of which what lies before the near plane is cut off.
    pub fn paint(&mut self, shape: &[Point; 4], focal: f32, grey: u8) {
        let mut corners = [[0.0_f32; 2]; CORNERS];
        let mut count = 0;
        let mut add = |[right, down, depth]: Point| {
            let scale = focal / depth;
            corners[count] = [COLUMNS as f32 / 2.0 + right * scale, ROWS as f32 / 2.0 + down * scale];
            count += 1;
        };
        for corner in 0..4 {
            let [here, next] = [shape[corner], shape[(corner + 1) % 4]];
            let [inside, next_inside] = [here[2] >= NEAR_M, next[2] >= NEAR_M];
            if inside {
                add(here);
            }
            if inside != next_inside {
                let share = (NEAR_M - here[2]) / (next[2] - here[2]);
                add([here[0] + share * (next[0] - here[0]), here[1] + share * (next[1] - here[1]), NEAR_M]);
            }
        }
        if count >= 3 {
            self.fill(&corners[..count], grey);
        }
    }

    /// Fills a convex shape, given in pixels. A pixel belongs to it if its middle does, so shapes that share an edge
    /// leave no gap and do not overlap.
    fn fill(&mut self, corners: &[[f32; 2]], grey: u8) {
        let top = corners.iter().map(|[_, y]| *y).fold(f32::INFINITY, f32::min);
        let bottom = corners.iter().map(|[_, y]| *y).fold(f32::NEG_INFINITY, f32::max);
        let [first, last] = [row_from(top), row_from(bottom)];
        if first >= last {
            return;
        }
        let mut spans = [[f32::INFINITY, f32::NEG_INFINITY]; ROWS];
        let mut from = corners[corners.len() - 1];
        for to in corners {
            // Always downwards: both shapes at an edge compute the same numbers.
            let [upper, lower] = if from[1] <= to[1] { [from, *to] } else { [*to, from] };
            let slope = (lower[0] - upper[0]) / (lower[1] - upper[1]);
            for (row, span) in spans.iter_mut().enumerate().take(row_from(lower[1])).skip(row_from(upper[1])) {
                let x = upper[0] + (row as f32 + 0.5 - upper[1]) * slope;
                *span = [span[0].min(x), span[1].max(x)];
            }
            from = *to;
        }
        for (row, span) in spans.iter().enumerate().take(last).skip(first) {
            let [start, end] = span.map(column_from);
            if start < end {
                self.pixels[row * COLUMNS + start..row * COLUMNS + end].fill(grey);
            }
        }
    }
}

/// The first row whose middle is at `y` or below it.
fn row_from(y: f32) -> usize {
    // Conversions saturate: what is above the picture is its first row.
    (libm::ceilf(y - 0.5) as usize).min(ROWS)
}

/// The first column whose middle is at `x` or right of it.
fn column_from(x: f32) -> usize {
    (libm::ceilf(x - 0.5) as usize).min(COLUMNS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rectangle_covers_the_pixels_whose_middles_it_covers() {
        let mut canvas = Canvas::default();
        canvas.fill(&[[10.4, 20.6], [14.5, 20.6], [14.5, 22.5], [10.4, 22.5]], 9);
        let painted: Vec<usize> = (0..COLUMNS * ROWS).filter(|index| canvas.pixels[*index] == 9).collect();
        // Middles of columns 10.5 to 13.5 (14.5 belongs to the neighbour), of rows 21.5 only (20.5 is above).
        let expected: Vec<usize> = (10..14).map(|column| 21 * COLUMNS + column).collect();
        assert_eq!(painted, expected);
    }

    #[test]
    fn neighbours_leave_no_gap() {
        let mut canvas = Canvas::default();
        canvas.fill(&[[0.0, 0.0], [70.3, 0.0], [91.7, 120.0], [0.0, 120.0]], 1);
        canvas.fill(&[[91.7, 120.0], [70.3, 0.0], [160.0, 0.0], [160.0, 120.0]], 2);
        assert!(!canvas.pixels.contains(&0));
    }

    #[test]
    fn what_lies_behind_is_not_painted() {
        let mut canvas = Canvas::default();
        canvas.paint(&[[0.0, 0.1, -1.0], [0.1, 0.1, -1.0], [0.1, 0.2, -1.0], [0.0, 0.2, -1.0]], 126.0, 5);
        assert!(!canvas.pixels.contains(&5));
        // From behind to ahead: only what is ahead.
        canvas.paint(&[[-0.1, 0.1, -1.0], [0.1, 0.1, -1.0], [0.1, 0.1, 1.0], [-0.1, 0.1, 1.0]], 126.0, 5);
        assert!(canvas.pixels.contains(&5));
    }
}
