//! What the network gets of an observation: the numbers themselves, or a picture made small.

use sim_spec::observation::{ObservationSpec, PICTURE, Sensor};

/// The shape of what goes into the network.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Input {
    /// So many numbers without an order.
    Numbers(usize),
    /// `[frames, height, width]`
    Pictures { frames: usize, height: usize, width: usize },
}

impl Input {
    /// Numbers in it.
    pub fn numbers(self) -> usize {
        match self {
            Self::Numbers(count) => count,
            Self::Pictures { frames, height, width } => frames * height * width,
        }
    }
}

/// How an observation becomes the network's input.
#[derive(Debug, Clone, Copy)]
pub struct Sight {
    pub spec: &'static ObservationSpec,
    /// Side of the squares of pixels that are averaged into one.
    pub shrink: usize,
}

impl Sight {
    /// The network's input.
    pub fn input(&self) -> Input {
        match self.spec.sensor {
            Sensor::Camera { frames } => {
                let [width, height] = PICTURE.map(|side| side / self.shrink);
                Input::Pictures { frames, height, width }
            }
            _ => Input::Numbers(self.spec.len()),
        }
    }

    /// Whether the observation is its own input.
    pub fn is_plain(&self) -> bool {
        self.input().numbers() == self.spec.len()
    }

    /// Writes the input that an observation (`[spec.len()]`) makes.
    pub fn look(&self, observation: &[f32], input: &mut [f32]) {
        let [columns, rows] = PICTURE;
        let (side, width) = (self.shrink, columns / self.shrink);
        let share = 1.0 / (side * side) as f32;
        let pictures = observation.chunks_exact(rows * columns).zip(input.chunks_exact_mut(rows / side * width));
        for (picture, small) in pictures {
            for (strip, small_row) in picture.chunks_exact(side * columns).zip(small.chunks_exact_mut(width)) {
                small_row.fill(0.0);
                for row in strip.chunks_exact(columns) {
                    for (sum, pixels) in small_row.iter_mut().zip(row.chunks_exact(side)) {
                        *sum += pixels.iter().sum::<f32>();
                    }
                }
                small_row.iter_mut().for_each(|sum| *sum *= share);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sim_spec::observation::{CAMERA_2_V1, STATE_V1};

    #[test]
    fn squares_of_pixels_become_their_mean() {
        let sight = Sight { spec: &CAMERA_2_V1, shrink: 4 };
        assert_eq!(sight.input(), Input::Pictures { frames: 2, height: 30, width: 40 });
        // Each pixel says its frame, row and column; the mean of a square is that of its middle.
        let pixel =
            |index: usize| (index / 19_200 * 1000) as f32 + (index / 160 % 120) as f32 + (index % 160) as f32 / 1000.0;
        let observation: Vec<f32> = (0..CAMERA_2_V1.len()).map(pixel).collect();
        let mut input = vec![f32::NAN; sight.input().numbers()];
        sight.look(&observation, &mut input);
        for (frame, row, column) in [(0, 0, 0), (1, 29, 39), (1, 7, 3)] {
            let expected = (frame * 1000) as f32 + row as f32 * 4.0 + 1.5 + (column as f32 * 4.0 + 1.5) / 1000.0;
            let found = input[(frame * 30 + row) * 40 + column];
            assert!((found - expected).abs() < 1e-3, "{found} is not {expected}");
        }
    }

    #[test]
    fn plain_numbers_stay_as_they_are() {
        let sight = Sight { spec: &STATE_V1, shrink: 4 };
        assert!(sight.is_plain());
        assert_eq!(sight.input(), Input::Numbers(18));
    }
}
