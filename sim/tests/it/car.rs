//! How the car drives, against closed formulas.

use crate::ring;
use sim::{
    PHYSICS_HZ, Road, World,
    car::{CarModel, Command, GRAVITY, Tuning},
    world::Pose,
};
use std::sync::Arc;

/// A world of one car of that model on a wide ring. The road plays no part.
fn world_of(model: CarModel, pose: Pose) -> World {
    let mut world = World::alone(model, [Arc::new(Road::new(&ring(20.0)))]);
    world.put(0, pose);
    world
}

/// A car that has driven for `secs` from a pose with a constant command.
fn driven(model: CarModel, pose: Pose, command: Command, secs: f32) -> World {
    let mut world = world_of(model, pose);
    world.car_mut(0).command = command;
    for _ in 0..(secs * PHYSICS_HZ as f32) as u32 {
        world.step();
    }
    world
}

/// A steady circle at a steering angle: speed, m/s, and yaw rate, rad/s.
fn circle(model: CarModel, steering_rad: f32, speed_mps: f32) -> [f32; 2] {
    let pose = Pose { speed_mps, ..Pose::default() };
    let motion = driven(model, pose, Command { steering_rad, speed_mps }, 5.0).cars()[0].motion();
    [motion.velocity.length(), motion.yaw_rate]
}

#[test]
fn at_low_speed_the_radius_is_the_wheelbase_over_the_tangent_of_the_steering() {
    for steering_rad in [0.1_f32, 0.3, 0.5] {
        let [speed_mps, yaw_rate] = circle(CarModel::default(), steering_rad, 0.3);
        let rear_radius_m = 0.164 / steering_rad.tan();
        // The centre of mass is 0.0817 m ahead of the rear axle, on a circle a little larger.
        let radius_m = rear_radius_m.hypot(0.0817);
        let driven_m = speed_mps / yaw_rate;
        assert!((driven_m / radius_m - 1.0).abs() < 0.02, "{steering_rad}: {driven_m} instead of {radius_m}");
    }
}

#[test]
fn the_steering_grows_with_sideways_acceleration_by_the_understeer_gradient() {
    // Wheelbase / R + K a, with K = (1/front stiffness − 1/rear stiffness) / g (Gillespie, "Fundamentals of Vehicle
    // Dynamics", eq. 6-15, with stiffness per load): (1/12 − 1/14) / 9.80665 = 0.001214 rad s²/m.
    let [steering_rad, speed_mps] = [0.05, 1.8];
    let [speed_mps, yaw_rate] = circle(CarModel::default(), steering_rad, speed_mps);
    let gradient = (steering_rad - 0.164 * yaw_rate / speed_mps) / (speed_mps * yaw_rate);
    assert!((gradient / 0.001_214 - 1.0).abs() < 0.15, "{gradient}");
    // With the same tyres all round it is nought.
    let neutral = CarModel { rear_stiffness: 12.0, front_axle_m: 0.082, rear_axle_m: 0.082, ..CarModel::default() };
    let [speed_mps, yaw_rate] = circle(neutral, steering_rad, speed_mps);
    let gradient = (steering_rad - 0.164 * yaw_rate / speed_mps) / (speed_mps * yaw_rate);
    assert!(gradient.abs() < 0.000_15, "{gradient}");
}

#[test]
fn the_top_speed_of_a_curve_is_the_root_of_friction_gravity_and_radius() {
    for (friction, steering_rad) in [(0.7, 0.25_f32), (0.5, 0.2), (0.9, 0.3)] {
        let model = CarModel { friction, ..CarModel::default() };
        // From a speed that holds, faster and faster, until the tyres give no more.
        let mut world = world_of(model.clone(), Pose { speed_mps: 1.0, ..Pose::default() });
        let mut most = 0.0_f32;
        let mut at = [0.0; 2];
        for tick in 0..20 * PHYSICS_HZ {
            let speed_mps = 1.0 + 3.0 * tick as f32 / (20 * PHYSICS_HZ) as f32;
            world.car_mut(0).command = Command { steering_rad, speed_mps };
            world.step();
            let motion = world.cars()[0].motion();
            let sideways = motion.velocity.length() * motion.yaw_rate;
            if sideways > most {
                (most, at) = (sideways, [motion.velocity.length(), motion.velocity.length() / motion.yaw_rate]);
            }
        }
        // Load moves to the outer wheels, m a h / track, 55 % of it in front, and costs the front axle the share
        // sensitivity · (moved / standing)²: the grip that the car ends with.
        let moved = friction * GRAVITY * model.mass_height_m / (2.0 * model.half_track_m);
        let front_standing = GRAVITY * 0.5 * model.rear_axle_m / model.wheelbase_m();
        let share = (model.front_roll_share * moved / front_standing).powi(2);
        // And the front tyres pull across their wheels, not across the car.
        let grip = friction * (1.0 - model.load_sensitivity * share) * steering_rad.cos();
        let [speed_mps, radius_m] = at;
        let expected_mps = (grip * GRAVITY * radius_m).sqrt();
        assert!((speed_mps / expected_mps - 1.0).abs() < 0.03, "{friction}: {speed_mps} instead of {expected_mps}");
    }
}

#[test]
fn nothing_accelerates_more_than_friction_allows() {
    // Flat out with any steering, sliding and spinning: μ g, a little more where load is spread evenly
    // (1 + load sensitivity · (1 − load)), and 0.015 g of rolling resistance.
    let most = (0.5 * 1.1 + 0.015) * GRAVITY / PHYSICS_HZ as f32;
    for steering_rad in [0.02, 0.05, 0.1, 0.3, 0.5] {
        let command = Command { steering_rad, speed_mps: 4.0 };
        let mut world = driven(CarModel::default(), Pose { speed_mps: 4.0, ..Pose::default() }, command, 0.0);
        for _ in 0..3 * PHYSICS_HZ {
            let before = world.cars()[0].velocity();
            world.step();
            let change = world.cars()[0].velocity().distance(before);
            assert!(change <= most, "{steering_rad}: {change}, at most {most}");
        }
    }
}

#[test]
fn the_stopping_distance_is_half_the_square_of_the_speed_over_the_braking() {
    let mut world = world_of(CarModel::default(), Pose { speed_mps: 4.0, ..Pose::default() });
    let start = world.cars()[0].position();
    world.car_mut(0).command = Command { steering_rad: 0.0, speed_mps: 0.0 };
    while world.cars()[0].motion().velocity.x > 0.02 {
        world.step();
    }
    let stopped_m = world.cars()[0].position().distance(start);
    // 13 N on 6.36 kg and the rims' 0.34 kg, and 0.147 m/s² of rolling resistance on the car: 2.08 m/s². Two steps of
    // delay, and half of the 0.05 s in which the motor's force builds up. It lets go as the car stands still: 13 N of
    // 63.6 N per m/s is the last 0.2 m/s, in which the way is 0.2² / 2a longer, half of it again.
    let braking = (13.0 + 6.36 * 0.147) / 6.70;
    let expected_m = 16.0 / (2.0 * braking) + 4.0 * (2.0 / 60.0 + 0.025) + 0.2 * 0.2 / (2.0 * braking);
    assert!((stopped_m / expected_m - 1.0).abs() < 0.02, "{stopped_m} instead of {expected_m}");
}

#[test]
fn the_motor_reaches_the_commanded_speed_and_holds_it() {
    // 13 N less 0.936 N of rolling resistance on 6.7 kg: 1.80 m/s², for a second less the delay of 2 steps and half the
    // 0.05 s that the force needs.
    let command = Command { steering_rad: 0.0, speed_mps: 4.0 };
    let speed_mps = driven(CarModel::default(), Pose::default(), command, 1.0).cars()[0].motion().velocity.x;
    assert!((speed_mps - 1.80 * (1.0 - 0.033 - 0.025)).abs() < 0.03, "{speed_mps}");
    // The motor holds the speed but for the rolling resistance: 0.147 m/s² · 0.1 s.
    let command = Command { speed_mps: 2.0, ..command };
    let cruising = driven(CarModel::default(), Pose { speed_mps: 2.0, ..Pose::default() }, command, 3.0);
    assert!((cruising.cars()[0].motion().velocity.x - 1.985).abs() < 0.005);
}

#[test]
fn a_strong_motor_spins_the_wheels_and_gains_nothing() {
    let of = |motor_force_n| {
        let model = CarModel { motor_force_n, motor_rate: 1e4, ..CarModel::default() };
        let world = driven(model, Pose::default(), Command { steering_rad: 0.0, speed_mps: 4.0 }, 0.5);
        [world.cars()[0].motion().velocity.x, world.rims_mps(0)[0]]
    };
    let [speed_mps, rims_mps] = of(60.0);
    assert!(rims_mps > 1.5 * speed_mps, "{rims_mps} at {speed_mps}");
    // The rear's grip is 0.5 of its load of 31.3 N standing, and about 5 N more that moves there: 18 N, 2.8 m/s², for half
    // a second less the delay.
    assert!((1.1..1.4).contains(&speed_mps), "{speed_mps}");
    let [speed_mps, rims_mps] = of(13.0);
    assert!(rims_mps < 1.25 * speed_mps, "{rims_mps} at {speed_mps}");
}

#[test]
fn a_command_arrives_after_its_delay() {
    for delay_steps in [0, 2, 7] {
        let mut world = world_of(CarModel::default(), Pose::default());
        world.tune(0, Tuning { delay_steps, ..Tuning::of(&CarModel::default()) });
        world.car_mut(0).command = Command { steering_rad: 0.5, speed_mps: 0.0 };
        for _ in 0..delay_steps {
            world.step();
            assert_eq!(world.cars()[0].steering_rad(), 0.0);
        }
        world.step();
        // 6 rad/s for a sixtieth of a second.
        assert!((world.cars()[0].steering_rad() - 0.1).abs() < 1e-6);
    }
}

#[test]
fn less_grip_makes_wider_circles_and_more_mass_slower_starts() {
    let with = |tuning: Tuning, command| {
        let mut world = world_of(CarModel::default(), Pose { speed_mps: 2.0, ..Pose::default() });
        world.tune(0, tuning);
        world.car_mut(0).command = command;
        (0..PHYSICS_HZ).for_each(|_| world.step());
        world.cars()[0].motion()
    };
    let usual = Tuning::of(&CarModel::default());
    let turn = Command { steering_rad: 0.25, speed_mps: 2.0 };
    assert!(with(Tuning { grip: 0.6, ..usual }, turn).yaw_rate < 0.85 * with(usual, turn).yaw_rate);
    let flat_out = Command { steering_rad: 0.0, speed_mps: 4.0 };
    let [light, heavy] = [usual, Tuning { mass: 1.5, ..usual }].map(|tuning| with(tuning, flat_out).velocity.x);
    assert!((light - 2.0) / (heavy - 2.0) > 1.3, "{light} and {heavy}");
}
