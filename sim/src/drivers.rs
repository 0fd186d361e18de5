//! Hand-made policies: what steady driving without learning looks like. They are the baselines of a league and the
//! drivers of tests.

use sim_spec::{
    Layer, Normaliser, Policy, Provenance,
    action::{ACTION_LEN, MAX_STEERING_RAD, SPEED_RANGE_MPS},
    observation::STATE_V1,
};

/// Follows the centre line at a constant speed.
///
/// One linear layer: steering is the curve's own angle (wheelbase times curvature, for small angles) less what brings
/// the car back to the line and straight. It holds the line as fast as the tyres allow, and never slows down.
pub fn centre_line(speed_mps: f32) -> Policy {
    /// Steering per half width beside the line, radians.
    const BACK_TO_THE_LINE: f32 = 0.25;
    /// Steering per sine of the heading error, radians.
    const STRAIGHTEN: f32 = 0.6;
    /// Steering per curvature just ahead, radians metres: the wheelbase of 0.164 m and a little for the tyres' slip.
    const CURVE: f32 = 0.18;
    /// Which reading of the curvature is steered by: the servo needs its time, so a little ahead of the car.
    const LOOKS_AHEAD: usize = 1;

    let inputs = STATE_V1.len();
    let mut steering = vec![0.0; inputs];
    steering[column("lateral_offset")] = -BACK_TO_THE_LINE / MAX_STEERING_RAD;
    steering[column("heading_error")] = -STRAIGHTEN / MAX_STEERING_RAD;
    steering[column("curvature_ahead") + LOOKS_AHEAD] = CURVE / MAX_STEERING_RAD;
    let speed = vec![0.0; inputs];
    let [slowest, fastest] = SPEED_RANGE_MPS;
    let commanded = (speed_mps.clamp(slowest, fastest) - slowest) / (fastest - slowest) * 2.0 - 1.0;
    let layer =
        Layer::Linear { inputs, outputs: ACTION_LEN, weight: [steering, speed].concat(), bias: vec![0.0, commanded] };
    let normaliser = Normaliser { mean: vec![0.0; inputs], std: vec![1.0; inputs] };
    let provenance = Provenance {
        trainer_version: format!("centre-line driver at {speed_mps} m/s"),
        reward: "none".into(),
        ..Provenance::default()
    };
    Policy::new(normaliser, vec![layer], provenance).expect("the driver's shapes are those of the observation")
}

/// Where a field of the observation begins.
fn column(name: &str) -> usize {
    STATE_V1.fields.iter().take_while(|field| field.name != name).map(|field| field.count).sum()
}
