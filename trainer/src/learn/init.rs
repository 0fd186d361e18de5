//! Orthogonal first weights.

use crate::learn::noise::fill_gaussian;
use rand_pcg::Pcg64;

/// A `[rows, columns]` matrix, row-major, whose rows (or columns, if there are fewer of them) stand at right angles to
/// each other and have length `gain`: signals keep their size through the layers (Saxe et al. 2013,
/// <https://arxiv.org/abs/1312.6120>). Gaussian vectors made orthogonal by Gram and Schmidt point everywhere equally.
pub fn orthogonal(rng: &mut Pcg64, rows: usize, columns: usize, gain: f64) -> Vec<f32> {
    let (count, len) = (rows.min(columns), rows.max(columns));
    let mut basis: Vec<Vec<f64>> = Vec::with_capacity(count);
    let mut draw = vec![0.0; len];
    for _ in 0..count {
        fill_gaussian(rng, &mut draw);
        let mut vector: Vec<f64> = draw.iter().map(|x| f64::from(*x)).collect();
        for other in &basis {
            let along = dot(&vector, other);
            vector.iter_mut().zip(other).for_each(|(x, y)| *x -= along * y);
        }
        let length = dot(&vector, &vector).sqrt();
        vector.iter_mut().for_each(|x| *x /= length);
        basis.push(vector);
    }
    let at = |row: usize, column: usize| if rows <= columns { basis[row][column] } else { basis[column][row] };
    (0..rows * columns).map(|index| (gain * at(index / columns, index % columns)) as f32).collect()
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(x, y)| x * y).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::learn::noise::{Purpose, generator};

    #[test]
    fn the_shorter_side_is_orthogonal_and_as_long_as_the_gain() {
        let mut rng = generator(3, Purpose::Weights, 0, 0);
        let wide = orthogonal(&mut rng, 3, 8, 2.0);
        for (a, b) in [(0, 0), (0, 1), (0, 2), (1, 1), (1, 2), (2, 2)] {
            let product: f32 = (0..8).map(|column| wide[a * 8 + column] * wide[b * 8 + column]).sum();
            assert!((product - if a == b { 4.0 } else { 0.0 }).abs() < 1e-5, "{a} {b}: {product}");
        }
        let tall = orthogonal(&mut rng, 8, 3, 1.0);
        for (a, b) in [(0, 0), (0, 1), (1, 2)] {
            let product: f32 = (0..8).map(|row| tall[row * 3 + a] * tall[row * 3 + b]).sum();
            assert!((product - if a == b { 1.0 } else { 0.0 }).abs() < 1e-5, "{a} {b}: {product}");
        }
    }
}
