//! The layers of a pilot that look at pictures. A picture is `[channels, rows, columns]`, channel by channel, row by row.

use sim_spec::limits::CONVOLUTION_LANES as LANES;

/// A convolution without padding.
pub struct Convolution {
    /// Output channels in blocks of [`LANES`]; the last block is filled up with zeros.
    blocks: Vec<Block>,
    outputs: usize,
    kernel: usize,
    stride: usize,
}

struct Block {
    bias: [f32; LANES],
    /// One per input channel, row and column of the kernel.
    weights: Vec<[f32; LANES]>,
}

impl Convolution {
    /// `weight` is `[outputs, inputs, kernel, kernel]`, `bias` `[outputs]`.
    pub fn new(kernel: usize, stride: usize, weight: &[f32], bias: &[f32]) -> Self {
        let outputs = bias.len();
        let per_output = weight.len() / outputs;
        let block = |first: usize| {
            let lanes = |of: &dyn Fn(usize) -> f32| {
                std::array::from_fn(|lane| if first + lane < outputs { of(first + lane) } else { 0.0 })
            };
            let weights = (0..per_output).map(|index| lanes(&|output| weight[output * per_output + index])).collect();
            Block { bias: lanes(&|output| bias[output]), weights }
        };
        Self { blocks: (0..outputs).step_by(LANES).map(block).collect(), outputs, kernel, stride }
    }

    /// Writes the picture that comes of `values`, a picture of the sides `before`, to `out`.
    pub fn run(&self, values: &[f32], before: [usize; 3], out: &mut Vec<f32>) {
        let [_, rows, columns] = before;
        let along = |length: usize| (length - self.kernel) / self.stride + 1;
        let [out_rows, out_columns] = [along(rows), along(columns)];
        out.clear();
        out.resize(self.outputs * out_rows * out_columns, 0.0);
        for (block, planes) in self.blocks.iter().zip(out.chunks_mut(LANES * out_rows * out_columns)) {
            for place in 0..out_rows * out_columns {
                let corner = place / out_columns * self.stride * columns + place % out_columns * self.stride;
                let sums = block.sums(&values[corner..], self.kernel, rows, columns);
                for (plane, sum) in planes.chunks_exact_mut(out_rows * out_columns).zip(sums) {
                    plane[place] = sum;
                }
            }
        }
    }
}

impl Block {
    /// The outputs where the kernel's corner stands at the first of `values`.
    fn sums(&self, values: &[f32], kernel: usize, rows: usize, columns: usize) -> [f32; LANES] {
        let mut sums = self.bias;
        for (line, weights) in self.weights.chunks_exact(kernel).enumerate() {
            let start = (line / kernel * rows + line % kernel) * columns;
            for (value, weights) in values[start..start + kernel].iter().zip(weights) {
                for (sum, weight) in sums.iter_mut().zip(weights) {
                    *sum += weight * value;
                }
            }
        }
        sums
    }
}

/// Writes the mean of each whole tile of `size` × `size` pixels to `out`.
pub fn average_pool(size: usize, values: &[f32], before: [usize; 3], out: &mut Vec<f32>) {
    let [channels, rows, columns] = before;
    let [tile_rows, tile_columns] = [rows / size, columns / size];
    out.clear();
    out.resize(channels * tile_rows * tile_columns, 0.0);
    for (tile_row, means) in out.chunks_exact_mut(tile_columns).enumerate() {
        let first = tile_row / tile_rows * rows + tile_row % tile_rows * size;
        for line in values[first * columns..].chunks_exact(columns).take(size) {
            for (mean, pixels) in means.iter_mut().zip(line.chunks_exact(size)) {
                pixels.iter().for_each(|pixel| *mean += pixel);
            }
        }
        means.iter_mut().for_each(|mean| *mean /= (size * size) as f32);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pool_leaves_out_what_fills_no_tile() {
        // Two channels of 3 x 5; tiles of 2 x 2: one row of two tiles each.
        #[rustfmt::skip]
        let picture = [
            1.0, 2.0, 3.0, 4.0, 99.0,
            3.0, 4.0, 5.0, 6.0, 99.0,
            99.0, 99.0, 99.0, 99.0, 99.0,
            0.0, 0.0, 8.0, 0.0, 99.0,
            0.0, 1.0, 0.0, 0.0, 99.0,
            99.0, 99.0, 99.0, 99.0, 99.0,
        ];
        let mut out = vec![7.0];
        average_pool(2, &picture, [2, 3, 5], &mut out);
        // (1 + 2 + 3 + 4) / 4, (3 + 4 + 5 + 6) / 4, 1 / 4, 8 / 4
        assert_eq!(out, [2.5, 4.5, 0.25, 2.0]);
    }

    #[test]
    fn a_convolution_by_hand() {
        // Two channels of 3 x 4, kernel 2, stride 2: one row of two places.
        #[rustfmt::skip]
        let picture = [
            1.0, 2.0, 3.0, 4.0,
            5.0, 6.0, 7.0, 8.0,
            99.0, 99.0, 99.0, 99.0,
            0.0, 1.0, 0.0, 0.0,
            0.0, 0.0, 2.0, 0.0,
            99.0, 99.0, 99.0, 99.0,
        ];
        // The first output adds the corners' diagonal of channel 0, and ten times channel 1's upper right;
        // the second is minus channel 1's lower left, and a half.
        let weight = [[1.0, 0.0, 0.0, 1.0, 0.0, 10.0, 0.0, 0.0], [0.0, 0.0, 0.0, 0.0, 0.0, 0.0, -1.0, 0.0]];
        let mut out = Vec::new();
        Convolution::new(2, 2, &weight.concat(), &[0.0, 0.5]).run(&picture, [2, 3, 4], &mut out);
        // 1 + 6 + 10 · 1, 3 + 8 + 10 · 0; 0.5 − 0, 0.5 − 2
        assert_eq!(out, [17.0, 11.0, 0.5, -1.5]);
    }

    #[test]
    fn more_channels_than_lanes_are_summed_in_the_same_order() {
        const OUTPUTS: usize = LANES + 3;
        let number = |index: usize| ((index * 7919) % 1000) as f32 * 0.001 - 0.4;
        let picture: Vec<f32> = (0..2 * 5 * 6).map(number).collect();
        let weight: Vec<f32> = (0..OUTPUTS * 2 * 9).map(|index| number(index + 3)).collect();
        let bias: Vec<f32> = (0..OUTPUTS).map(|index| number(index + 5)).collect();
        let mut out = Vec::new();
        Convolution::new(3, 1, &weight, &bias).run(&picture, [2, 5, 6], &mut out);
        assert_eq!(out.len(), OUTPUTS * 3 * 4);
        for (index, out) in out.iter().enumerate() {
            let (output, row, column) = (index / 12, index / 4 % 3, index % 4);
            let mut sum = bias[output];
            for tap in 0..18 {
                let (channel, down, right) = (tap / 9, tap / 3 % 3, tap % 3);
                sum += weight[output * 18 + tap] * picture[(channel * 5 + row + down) * 6 + column + right];
            }
            assert_eq!(out.to_bits(), sum.to_bits(), "{index}");
        }
    }
}
