//! A row of numbers that grows for as long as a run, in bounded memory.

/// Points that are kept. More: finer curves than any terminal can draw.
const MOST_POINTS: usize = 512;
/// Eight heights of a block.
const BLOCKS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/// Numbers in the order in which they came. When they become too many, neighbours are averaged.
#[derive(Debug, Clone, PartialEq)]
pub struct Series {
    points: Vec<f64>,
    /// Numbers that make a point.
    stride: usize,
    /// Sum and count of those that make no whole point yet.
    rest: (f64, usize),
    last: Option<f64>,
}

impl Series {
    pub const fn new() -> Self {
        Self { points: Vec::new(), stride: 1, rest: (0.0, 0), last: None }
    }

    /// Adds a number; what is not finite is left out.
    pub fn push(&mut self, number: f64) {
        if !number.is_finite() {
            return;
        }
        self.last = Some(number);
        self.rest = (self.rest.0 + number, self.rest.1 + 1);
        if self.rest.1 < self.stride {
            return;
        }
        self.points.push(self.rest.0 / self.stride as f64);
        self.rest = (0.0, 0);
        if self.points.len() == MOST_POINTS {
            self.points = self.points.chunks_exact(2).map(|pair| (pair[0] + pair[1]) / 2.0).collect();
            self.stride *= 2;
        }
    }

    /// The newest number.
    pub fn last(&self) -> Option<f64> {
        self.last
    }

    /// The curve in `width` columns, or as many as there are points: the mean of each column's points.
    pub fn columns(&self, width: usize) -> Vec<f64> {
        let width = width.min(self.points.len());
        let mean = |column: usize| {
            // Each point belongs to one column.
            let [from, to] = [column, column + 1].map(|edge| edge * self.points.len() / width);
            self.points[from..to].iter().sum::<f64>() / (to - from) as f64
        };
        (0..width).map(mean).collect()
    }

    /// Lowest and highest point.
    pub fn range(&self) -> Option<[f64; 2]> {
        let low = self.points.iter().copied().min_by(f64::total_cmp)?;
        let high = self.points.iter().copied().max_by(f64::total_cmp)?;
        Some([low, high])
    }

    /// The curve in one line of text, `width` letters wide at most.
    pub fn sparkline(&self, width: usize) -> String {
        let Some([low, high]) = self.range() else { return String::new() };
        let block = |mean: f64| {
            let share = if high > low { (mean - low) / (high - low) } else { 0.5 };
            BLOCKS[((share * BLOCKS.len() as f64) as usize).min(BLOCKS.len() - 1)]
        };
        self.columns(width).into_iter().map(block).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_row_is_averaged_and_keeps_its_shape() {
        let mut series = Series::new();
        for number in 0..10_000 {
            series.push(f64::from(number));
        }
        assert!(series.points.len() < MOST_POINTS && series.points.is_sorted());
        assert_eq!(series.last(), Some(9999.0));
        // 10,000 numbers need a stride of 32: the first point is the mean of 0 to 31.
        assert_eq!((series.stride, series.points[0]), (32, 15.5));
        assert_eq!(series.sparkline(8), "▁▂▃▄▅▆▇█");
    }

    #[test]
    fn a_flat_or_empty_row_is_drawn_too() {
        let mut series = Series::new();
        assert_eq!(series.sparkline(5), "");
        series.push(f64::NAN);
        assert_eq!(series.last(), None);
        series.push(3.0);
        series.push(3.0);
        assert_eq!(series.sparkline(5), "▅▅");
    }
}
