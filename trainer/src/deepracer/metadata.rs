//! `model_metadata.json`: what a DeepRacer sees, what it can do and how it learns.

use super::{Network, Sensor, fields::Fields};
use crate::{failure::Failure, run::settings::AlgorithmName};
use serde_json::Value;
use sim_spec::ActionSpace;
use std::{ops::RangeInclusive, path::Path};

/// Actions that a policy chooses between.
const ACTIONS: RangeInclusive<usize> = 2..=30;
/// Degrees, to the left and to the right.
const STEERING_DEG: f64 = 30.0;
/// What their simulator lets through. Their interface began at 0.1 or at 0.5, from one version to the next.
const SPEED_MPS: RangeInclusive<f64> = 0.1..=4.0;

/// What `model_metadata.json` says.
pub(super) struct Metadata {
    pub action_space: ActionSpace,
    pub sensor: Sensor,
    pub network: Network,
    pub algorithm: AlgorithmName,
    pub warnings: Vec<String>,
}

/// What the file of a model says. Files from before there was a choice lack fields; they get what there was.
pub(super) fn read(path: &Path) -> Result<Metadata, Failure> {
    let mut fields = Fields::read(path)?;
    let algorithms = [("clipped_ppo", AlgorithmName::Ppo), ("sac", AlgorithmName::Sac)];
    let networks = [
        ("DEEP_CONVOLUTIONAL_NETWORK_SHALLOW", Network::Shallow),
        ("DEEP_CONVOLUTIONAL_NETWORK", Network::Deep),
        ("DEEP_CONVOLUTIONAL_NETWORK_DEEP", Network::Deeper),
    ];
    let algorithm = fields.word("training_algorithm", &algorithms)?;
    let network = fields.word("neural_network", &networks)?;
    let mut warnings = Vec::new();
    let sensor = sensor(&mut fields, &mut warnings)?;
    let action_space = action_space(&mut fields)?;
    for understood in ["version", "preprocess_type", "lidar_config"] {
        fields.take(understood);
    }
    warnings.extend(fields.left());
    Ok(Metadata { action_space, sensor, network, algorithm, warnings })
}

/// One of the sensors that are listed: a policy of ours has one.
fn sensor(fields: &mut Fields, warnings: &mut Vec<String>) -> Result<Sensor, Failure> {
    const KNOWN: [(&str, Sensor); 8] = [
        ("FRONT_FACING_CAMERA", Sensor::Camera),
        ("LEFT_CAMERA", Sensor::Camera),
        ("observation", Sensor::Camera),
        ("CAMERA", Sensor::Camera),
        ("STEREO_CAMERAS", Sensor::Camera),
        ("LIDAR", Sensor::Lidar),
        ("SECTOR_LIDAR", Sensor::Lidar),
        ("DISCRETIZED_SECTOR_LIDAR", Sensor::Lidar),
    ];
    let Some(listed) = fields.take("sensor") else { return Ok(Sensor::Camera) };
    let allowed = || KNOWN.map(|(name, _)| name).join(", ");
    let names = listed.as_array().filter(|names| !names.is_empty());
    let names = names.ok_or_else(|| fields.wrong("sensor", &listed, format!("a list of {}", allowed())))?;
    let mut found = Vec::with_capacity(names.len());
    for (index, value) in names.iter().enumerate() {
        let known = KNOWN.iter().find(|(name, _)| value.as_str().is_some_and(|it| it.eq_ignore_ascii_case(name)));
        found.push(*known.ok_or_else(|| fields.wrong(format!("sensor[{index}]"), value, allowed()))?);
    }
    // Whoever has a camera and a lidar knows the road from the camera.
    let (name, sensor) = *found.iter().find(|(_, sensor)| *sensor == Sensor::Camera).unwrap_or(&found[0]);
    if found.len() > 1 {
        warnings.push(format!("several sensors are listed; the policy sees {name} only"));
    }
    match name {
        "STEREO_CAMERAS" => warnings.push("STEREO_CAMERAS: one camera stands for two".into()),
        "SECTOR_LIDAR" | "DISCRETIZED_SECTOR_LIDAR" => {
            warnings.push(format!("{name}: the policy gets the 64 distances themselves, in metres up to 12"));
        }
        _ => {}
    }
    Ok(sensor)
}

fn action_space(fields: &mut Fields) -> Result<ActionSpace, Failure> {
    let value = fields.take("action_space").ok_or_else(|| fields.missing("action_space"))?;
    // Where the type is not said, a list is one of actions.
    let said = match &value {
        Value::Array(_) => [("discrete", true), ("continuous", false)],
        _ => [("continuous", false), ("discrete", true)],
    };
    match fields.word("action_space_type", &said)? {
        true => discrete(fields, &value),
        false => continuous(fields, value),
    }
}

fn discrete(fields: &Fields, value: &Value) -> Result<ActionSpace, Failure> {
    let listed = value.as_array().ok_or_else(|| fields.wrong("action_space", value, "a list of actions"))?;
    if !ACTIONS.contains(&listed.len()) {
        let allowed = format!("{} to {} actions", ACTIONS.start(), ACTIONS.end());
        return Err(fields.wrong("action_space", &format!("a list of {}", listed.len()).into(), allowed));
    }
    let mut actions = Vec::with_capacity(listed.len());
    for (index, action) in listed.iter().enumerate() {
        let mut action = fields.inner(format!("action_space[{index}]"), action.clone())?;
        let steering = required(&mut action, "steering_angle", -STEERING_DEG..=STEERING_DEG)?;
        let speed = required(&mut action, "speed", SPEED_MPS)?;
        actions.push([radians(steering), speed as f32]);
    }
    Ok(ActionSpace::Discrete { actions })
}

fn continuous(fields: &Fields, value: Value) -> Result<ActionSpace, Failure> {
    let mut space = fields.inner("action_space", value)?;
    let [right, left] = range(&mut space, "steering_angle", [-STEERING_DEG..=0.0, 0.0..=STEERING_DEG])?;
    let [slowest, fastest] = range(&mut space, "speed", [SPEED_MPS, SPEED_MPS])?;
    Ok(ActionSpace::Continuous {
        steering_rad: [radians(right), radians(left)],
        speed_mps: [slowest as f32, fastest as f32],
    })
}

/// `low` and `high` of a field, low below high.
fn range(space: &mut Fields, key: &str, [low, high]: [RangeInclusive<f64>; 2]) -> Result<[f64; 2], Failure> {
    let value = space.take(key).ok_or_else(|| space.missing(key))?;
    let mut ends = space.inner(key, value)?;
    let found = [required(&mut ends, "low", low)?, required(&mut ends, "high", high)?];
    match found[0] < found[1] {
        true => Ok(found),
        false => Err(ends.wrong("high", &found[1].into(), format!("more than low, which is {}", found[0]))),
    }
}

fn required(fields: &mut Fields, key: &str, allowed: RangeInclusive<f64>) -> Result<f64, Failure> {
    let number = fields.number(key, allowed, f64::NAN)?;
    if number.is_nan() { Err(fields.missing(key)) } else { Ok(number) }
}

fn radians(degrees: f64) -> f32 {
    degrees.to_radians() as f32
}
