//! From training's tensors to a policy that can be raced.

use crate::network::{ACTIONS, Layout};
use sim_spec::{Layer, Normaliser, Policy, PolicyError, Provenance};

/// The policy that drives by the mean of its actions. Of the last layer only the actions' rows are kept: the value
/// function and log σ are needed for learning alone.
///
/// Fails where the parameters are no longer finite: then training has diverged.
pub fn policy(
    layout: &Layout,
    parameters: &[f32],
    normaliser: Normaliser,
    provenance: Provenance,
) -> Result<Policy, PolicyError> {
    let shapes = layout.layers();
    let mut layers = Vec::with_capacity(2 * shapes.len());
    let mut rest = parameters;
    for (index, &[inputs, outputs]) in shapes.iter().enumerate() {
        let (weight, after) = rest.split_at(inputs * outputs);
        let (bias, after) = after.split_at(outputs);
        rest = after;
        let is_last = index + 1 == shapes.len();
        let kept = if is_last { ACTIONS } else { outputs };
        layers.push(Layer::Linear {
            inputs,
            outputs: kept,
            weight: weight[..kept * inputs].to_vec(),
            bias: bias[..kept].to_vec(),
        });
        if !is_last {
            layers.push(Layer::Relu);
        }
    }
    Policy::new(normaliser, layers, provenance)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        network::{Network, OUTPUTS},
        noise::{Purpose, fill_gaussian, generator},
        normaliser::normalise,
    };
    use sim_spec::observation::STATE_V1;

    #[test]
    fn the_pilot_does_what_the_tensors_say() {
        const ROWS: usize = 2000;
        let layout = Layout { observation: STATE_V1.len(), hidden: vec![64, 64] };
        let mut rng = generator(5, Purpose::Weights, 0, 0);
        let mut gaussian = |len: usize, scale: f32| {
            let mut numbers = vec![0.0; len];
            fill_gaussian(&mut rng, &mut numbers);
            numbers.iter_mut().for_each(|x| *x *= scale);
            numbers
        };
        let parameters = gaussian(layout.parameters(), 0.15);
        let normaliser = Normaliser {
            mean: gaussian(STATE_V1.len(), 1.0),
            std: gaussian(STATE_V1.len(), 1.0).iter().map(|x| 0.2 + x.abs()).collect(),
        };
        let observations = gaussian(ROWS * STATE_V1.len(), 3.0);

        let mut network = Network::new(layout.clone());
        network.set(&parameters);
        let mut normalised = vec![0.0; observations.len()];
        normalise(&normaliser, &observations, &mut normalised);
        let mut outputs = vec![0.0; ROWS * OUTPUTS];
        network.evaluate(&normalised, &mut outputs);

        let policy = policy(&layout, &parameters, normaliser, Provenance::default()).unwrap();
        let policy = Policy::from_bytes(&policy.to_bytes()).unwrap();
        let mut pilot = sim::pilot::Pilot::new(&policy);
        let mut largest = 0.0f32;
        for (observation, outputs) in observations.chunks(STATE_V1.len()).zip(outputs.chunks(OUTPUTS)) {
            for (drove, said) in pilot.think(observation).iter().zip(outputs) {
                assert!((drove - said).abs() < 1e-5, "{drove} is not {said}");
                largest = largest.max(said.abs());
            }
        }
        assert!(largest > 1.0, "the test must not pass because everything is near 0: {largest}");
    }

    #[test]
    fn diverged_parameters_make_no_policy() {
        let layout = Layout { observation: STATE_V1.len(), hidden: vec![4] };
        let parameters = vec![f32::NAN; layout.parameters()];
        let normaliser = Normaliser { mean: vec![0.0; STATE_V1.len()], std: vec![1.0; STATE_V1.len()] };
        assert!(policy(&layout, &parameters, normaliser, Provenance::default()).is_err());
    }
}
