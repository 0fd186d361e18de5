//! How the car drives, against closed formulas.

use crate::ring;
use sim::{
    PHYSICS_HZ, World,
    car::{CarModel, Command},
    world::Pose,
};

/// A car that has driven for `secs` from a pose with a constant command. The road plays no part.
fn driven(pose: Pose, command: Command, secs: f32) -> World {
    let mut world = World::new(&ring(20.0), CarModel::default(), 1);
    world.put(0, pose);
    world.car_mut(0).command = command;
    for _ in 0..(secs * PHYSICS_HZ as f32) as u32 {
        world.step();
    }
    world
}

#[test]
fn at_low_speed_the_radius_is_the_wheelbase_over_the_tangent_of_the_steering() {
    for steering_rad in [0.1_f32, 0.3, 0.5] {
        let motion = driven(Pose::default(), Command { steering_rad, speed_mps: 0.3 }, 5.0).cars()[0].motion();
        let rear_radius_m = 0.164 / steering_rad.tan();
        // The centre of mass is 0.0817 m ahead of the rear axle, on a circle a little larger.
        let radius_m = rear_radius_m.hypot(0.0817);
        let driven_m = motion.velocity.length() / motion.yaw_rate;
        assert!((driven_m / radius_m - 1.0).abs() < 0.02, "{steering_rad}: {driven_m} instead of {radius_m}");
    }
}

#[test]
fn nothing_accelerates_more_than_friction_allows() {
    let velocity = |world: &World| {
        let (car, motion) = (&world.cars()[0], world.cars()[0].motion());
        car.nose() * motion.velocity.x + car.nose().perp() * motion.velocity.y
    };
    // Flat out with any steering, sliding and spinning: μ g, and 0.015 g of rolling resistance.
    let most = (0.7 + 0.015) * 9.80665 / PHYSICS_HZ as f32;
    for steering_rad in [0.02, 0.05, 0.1, 0.3, 0.5] {
        let command = Command { steering_rad, speed_mps: 4.0 };
        let mut world = driven(Pose { speed_mps: 4.0, ..Pose::default() }, command, 0.0);
        for _ in 0..3 * PHYSICS_HZ {
            let before = velocity(&world);
            world.step();
            let change = velocity(&world).distance(before);
            assert!(change <= most * 1.001, "{steering_rad}: {change}, at most {most}");
        }
    }
}

#[test]
fn the_motor_reaches_the_commanded_speed_and_brakes_to_it() {
    // 0.6 of the rear's grip: 0.6 · 0.7 · 0.5018 · g = 2.07 m/s², less 0.15 for rolling: 1.92 m/s after a second.
    let command = Command { steering_rad: 0.0, speed_mps: 4.0 };
    let speed_mps = driven(Pose::default(), command, 1.0).cars()[0].motion().velocity.x;
    assert!((speed_mps - 1.92).abs() < 0.05, "{speed_mps}");
    // Braking 2.07 + 0.15 m/s²: from 4 m/s to 1.79 m/s within a second.
    let braking = driven(Pose { speed_mps: 4.0, ..Pose::default() }, Command { speed_mps: 0.1, ..command }, 1.0);
    let speed_mps = braking.cars()[0].motion().velocity.x;
    assert!((speed_mps - 1.79).abs() < 0.05, "{speed_mps}");
    // The motor holds the speed but for the rolling resistance: 0.147 m/s² · 0.1 s.
    let cruising = driven(Pose { speed_mps: 2.0, ..Pose::default() }, Command { speed_mps: 2.0, ..command }, 3.0);
    assert!((cruising.cars()[0].motion().velocity.x - 1.985).abs() < 0.005);
}

#[test]
fn without_drive_a_car_only_slows_down() {
    let model = CarModel::default();
    let energy = |world: &World| {
        let motion = world.cars()[0].motion();
        0.5 * model.mass_kg * motion.velocity.length_squared() + 0.5 * model.yaw_inertia * motion.yaw_rate.powi(2)
    };
    for steering_rad in [0.0, 0.2, -0.5] {
        let pose = Pose { speed_mps: 4.0, heading_rad: 0.4, ..Pose::default() };
        let mut world = driven(pose, Command { steering_rad, speed_mps: 0.0 }, 0.0);
        for _ in 0..10 * PHYSICS_HZ {
            let before = energy(&world);
            world.step();
            assert!(energy(&world) <= before + 1e-5, "{steering_rad}: {before} to {}", energy(&world));
        }
        assert!(energy(&world) < 1e-3, "{steering_rad}");
    }
}
