//! Hand-worked values on a long oval: straights of 20 m along x, 6 m apart, joined by half circles; a metre wide.

use super::params::{KEYS, NOSE_M, Params, write_batch};
use sim::{
    Road, StepFacts, Vector, World,
    car::{CarModel, Command},
    world::Pose,
};
use sim_spec::{BoxPlace, Boxes, Direction, RaceType, Station, Track};
use std::{f64::consts::PI, sync::Arc};

const BEND_M: f64 = 3.0;

/// Stations each metre on the straights, from (0, 0) in the direction of x, and each ninth of a bend.
fn oval() -> Track {
    let mut stations = Vec::new();
    let mut add = |[x, y]: [f64; 2], [left_x, left_y]: [f64; 2]| {
        let [inner, outer] = [0.5, -0.5].map(|side| [x + left_x * side, y + left_y * side]);
        stations.push(Station { centre: [x, y], inner, outer });
    };
    (0..20).for_each(|step| add([f64::from(step), 0.0], [0.0, 1.0]));
    let bend = |step: i32| (f64::from(step) / 9.0 * PI).sin_cos();
    (0..9).map(bend).for_each(|(sin, cos)| add([20.0 + BEND_M * sin, BEND_M - BEND_M * cos], [-sin, cos]));
    (0..20).for_each(|step| add([20.0 - f64::from(step), 2.0 * BEND_M], [0.0, -1.0]));
    (0..9).map(bend).for_each(|(sin, cos)| add([-BEND_M * sin, BEND_M + BEND_M * cos], [sin, -cos]));
    Track::new("oval", "Oval", stations).expect("a track")
}

fn world(direction: Direction) -> World {
    World::alone(CarModel::default(), [Arc::new(Road::new(&oval().driven(direction)))])
}

fn read(world: &World, facts: StepFacts) -> Params {
    let mut params = Params::default();
    params.read(world, 0, &facts, true);
    params
}

fn close(found: f64, expected: f64) -> bool {
    (found - expected).abs() < 1e-4
}

#[test]
fn a_car_on_the_straight_is_where_its_nose_is() {
    let mut world = world(Direction::Forward);
    world.put(0, Pose { s_m: 4.5, lateral_m: 0.2, ..Pose::default() });
    world.car_mut(0).command = Command { steering_rad: -0.5, speed_mps: 3.0 };
    let params = read(&world, StepFacts { all_on_track: true, ..StepFacts::default() });
    // The middle is at (4.5, 0.2), the nose 0.14 m further.
    assert!(close(params.nose[0], 4.64) && close(params.nose[1], 0.2), "{params:?}");
    assert!(close(params.heading_deg, 0.0));
    assert!(close(params.distance_from_center_m, 0.2) && close(params.projection_distance_m, 4.64));
    assert!(params.is_left_of_center && params.all_wheels_on_track && !params.is_offtrack && !params.is_crashed);
    assert_eq!(params.closest_waypoints, [4, 5]);
    assert!(close(params.track_width_m, 1.0));
    // Two straights and two bends of nine chords: 40 + 2 · 9 · 6 sin(10°) = 58.7540.
    assert!((params.track_length_m - (40.0 + 18.0 * 6.0 * (PI / 18.0).sin())).abs() < 1e-3, "{params:?}");
    // Commanded, though it stands with its wheels straight: 0.5 rad are 28.6479°.
    assert!(close(params.speed_mps, 3.0) && close(params.steering_deg, -28.6479), "{params:?}");
}

#[test]
fn headings_are_degrees_and_the_right_side_is_not_the_left() {
    let mut world = world(Direction::Forward);
    // On the way back the road runs towards −x: 180°, and 28.6479° further to the left −151.3521°.
    let length_m = world.road_of(0).length_m();
    let back_m = length_m / 2.0 + 10.0;
    world.put(0, Pose { s_m: back_m, lateral_m: -0.3, heading_rad: 0.5, ..Pose::default() });
    let params = read(&world, StepFacts::default());
    assert!(close(params.heading_deg, -151.3521), "{params:?}");
    // The nose is 0.14 sin(0.5) = 0.0671 m further left than the middle.
    assert!(close(params.distance_from_center_m, 0.3 - 0.14 * 0.5_f64.sin()), "{params:?}");
    assert!(!params.is_left_of_center);
    assert!(!params.all_wheels_on_track, "the facts say so");
}

#[test]
fn the_last_waypoint_is_followed_by_the_first_again() {
    let mut world = world(Direction::Forward);
    let road = world.road_of(0);
    let (last, length_m) = (road.waypoints().len() as i32 - 1, road.length_m());
    world.put(0, Pose { s_m: length_m - NOSE_M - 0.1, ..Pose::default() });
    assert_eq!(read(&world, StepFacts::default()).closest_waypoints, [last, last + 1]);
    world.put(0, Pose { s_m: length_m - NOSE_M + 0.1, ..Pose::default() });
    let params = read(&world, StepFacts::default());
    assert_eq!(params.closest_waypoints, [0, 1]);
    assert!((params.projection_distance_m - 0.1).abs() < 1e-2, "{params:?}");
}

/// The other way round, waypoints are in the order of driving, and left is left.
#[test]
fn reverse_is_driven_from_the_same_line() {
    let mut world = world(Direction::Reverse);
    world.put(0, Pose { s_m: 1.0, lateral_m: 0.2, ..Pose::default() });
    let params = read(&world, StepFacts::default());
    assert!(params.is_left_of_center);
    let point = world.road_of(0).waypoints()[params.closest_waypoints[1] as usize];
    let nose = Vector::new(params.nose[0] as f32, params.nose[1] as f32);
    assert!((point - nose).dot(world.cars()[0].nose()) > 0.0, "the next waypoint is ahead");
}

#[test]
fn objects_are_listed_with_the_nearest_behind_and_ahead() {
    let mut world = world(Direction::Forward);
    let length_m = world.road_of(0).length_m();
    let at = |s_m: f32, lateral| BoxPlace { along: f64::from(s_m / length_m), lateral };
    let boxes = Boxes::Fixed(vec![at(12.0, 0.5), at(7.0, -0.5), at(2.0, 0.5)]);
    let road = world.heats()[0].road.clone();
    world.heat_mut(0).traffic.set_up(&RaceType::ObjectAvoidance { boxes }, &road, 1);
    world.put(0, Pose { s_m: 5.0, ..Pose::default() });
    let params = read(&world, StepFacts { crashed: true, off_track: true, ..StepFacts::default() });
    let places: Vec<_> = params.objects.iter().map(|object| (object.location, object.is_left_of_center)).collect();
    // `lateral` is a share of the half width: a quarter of a metre beside the line.
    let expected = [([12.0, 0.25], true), ([7.0, -0.25], false), ([2.0, 0.25], true)];
    for ((found, is_left), (location, expected)) in places.into_iter().zip(expected) {
        assert!(close(found[0], location[0]) && close(found[1], location[1]), "{found:?}");
        assert_eq!(is_left, expected);
    }
    assert!(close(params.objects[1].distance_m, 7.0) && close(params.objects[1].distance_from_center_m, 0.25));
    assert_eq!(params.objects[1].heading_rad, 0.0);
    assert_eq!(params.objects[1].speed_mps, 0.0);
    assert_eq!(params.closest_objects, [2, 1], "behind at 2 m, ahead at 7 m");
    assert!(params.object_in_camera && params.is_crashed && params.is_offtrack);

    // Beyond all of them, the next one ahead is the first of the next lap; it is out of sight.
    world.put(0, Pose { s_m: 15.0, ..Pose::default() });
    let params = read(&world, StepFacts::default());
    assert_eq!(params.closest_objects, [0, 2]);
    assert!(!params.object_in_camera);
}

#[test]
fn a_batch_is_columns_of_plain_numbers() {
    let keys: Vec<_> = KEYS.iter().filter(|key| ["speed", "steps", "is_crashed"].contains(&key.name)).collect();
    let states = [
        Params { speed_mps: 1.5, steps: 3, ..Params::default() },
        Params { speed_mps: 2.5, steps: 4, is_crashed: true, ..Params::default() },
    ];
    let mut frame = Vec::new();
    write_batch(&mut frame, &keys, [0, 1].into_iter(), states.iter());
    // How many, their numbers, then steps, speed and is_crashed, in the order of the table.
    let numbers = [2_i32, 0, 1, 3, 4].map(i32::to_ne_bytes).concat();
    let expected = [numbers, [1.5_f64, 2.5].map(f64::to_ne_bytes).concat(), vec![0, 1]].concat();
    assert_eq!(frame, expected);
}

#[test]
fn all_27_keys_are_there_once() {
    let mut names: Vec<_> = KEYS.iter().map(|key| key.name).collect();
    names.sort();
    names.dedup();
    assert_eq!(names.len(), 27);
    let page = include_str!("../../../../docs/rewards.md");
    for name in names {
        assert!(page.contains(&format!("| `{name}` |")), "docs/rewards.md says nothing of {name}");
    }
}
