//! The same bits: twice, alone and among many, and in a year.

use crate::harbour;
use sim::{
    Batch, BatchConfig, CONTROL_HZ, Road, StepFacts, World,
    car::{CarModel, Command},
    drivers,
    pilot::Pilot,
    referee::{self, Entry, Mismatch},
    world::Pose,
};
use sim_spec::{
    Bots, Boxes, Conditions, Direction, RaceRules, RaceType, Replay, Sha256Hex, builtin_tracks,
    observation::{CAMERA_2_V1, LIDAR_V1, ObservationSpec, STATE_TRAFFIC_V1, STATE_V1},
};
use std::sync::Arc;

/// Positions of all cars after ten seconds of weaving, `which` of them looked at.
fn weave(cars: usize, which: usize) -> Vec<[u32; 2]> {
    let road = Arc::new(Road::new(&harbour()));
    let mut world = World::alone(CarModel::default(), std::iter::repeat_n(road, cars));
    for car in 0..cars {
        // The car that is looked at starts the same; the others are somewhere.
        let s_m = if car == which { 1.0 } else { car as f32 * 0.37 };
        world.put(car, Pose { s_m, speed_mps: 1.0, ..Pose::default() });
    }
    let mut path = Vec::new();
    for tick in 0..600_u32 {
        for car in 0..cars {
            let own_way = if car == which { 0.0 } else { car as f32 * 0.01 };
            let steering_rad = ((tick / 20) % 5) as f32 * 0.1 - 0.2 + own_way;
            world.car_mut(car).command = Command { steering_rad, speed_mps: 1.0 + (tick % 7) as f32 * 0.4 };
        }
        world.step();
        path.push(world.cars()[which].position().to_array().map(f32::to_bits));
    }
    path
}

#[test]
fn a_car_drives_the_same_alone_and_among_many() {
    let alone = weave(1, 0);
    for (cars, which) in [(2, 1), (100, 57), (1000, 999)] {
        assert!(weave(cars, which) == alone, "car {which} of {cars}");
    }
}

#[test]
fn a_replay_runs_again_to_the_same_result() {
    for name in builtin_tracks::names() {
        let track = builtin_tracks::find(name).expect("a built-in track");
        for (speed_mps, seed) in [(1.5, 1), (3.5, 2), (4.0, 3)] {
            let replay = referee::race(&track, &drivers::centre_line(speed_mps), &RaceRules::default(), seed);
            let stored = Replay::from_bytes(&replay.to_bytes()).expect("our own file");
            assert_eq!(referee::verify(&stored).as_deref(), Ok(replay.results()));
            let telemetry = referee::telemetry(&stored, 0).expect("it verifies");
            assert_eq!(telemetry.x_m.len(), stored.actions().len() + 1);
            assert_eq!(telemetry.hz, CONTROL_HZ);
            assert_eq!(telemetry.total_secs, replay.result().total_secs);
            assert_eq!(telemetry.lap_secs.len(), replay.result().laps.len());
        }
    }
}

#[test]
fn a_changed_action_is_found_out() {
    let replay = referee::race(&harbour(), &drivers::centre_line(2.0), &RaceRules::default(), 1);
    let with = |change: fn(&mut Vec<[f32; 2]>)| {
        let mut actions = replay.actions().to_vec();
        change(&mut actions);
        let (track, rules, results) = (replay.track().clone(), replay.rules().clone(), replay.results().to_vec());
        let changed = Replay::new(track, rules, actions, results).expect("still a valid file");
        referee::verify(&changed)
    };
    assert_eq!(with(|_| ()).as_deref(), Ok(replay.results()));
    let steered = with(|actions| actions[20][0] += 1e-3);
    assert!(matches!(steered, Err(Mismatch::Result { .. })), "{steered:?}");
    let shortened = with(|actions| actions.truncate(50));
    assert_eq!(shortened, Err(Mismatch::TooFewActions(50)));
    let lengthened = with(|actions| actions.push([0.0, 0.0]));
    assert!(matches!(lengthened, Err(Mismatch::TooManyActions { .. })), "{lengthened:?}");
}

/// Rules of every type of race, with what a seed decides.
fn race_types() -> [(&'static str, RaceType); 4] {
    [
        ("time trial", RaceType::TimeTrial),
        ("object avoidance", RaceType::ObjectAvoidance { boxes: Boxes::Seeded(5) }),
        ("against bots", RaceType::AgainstBots { bots: Bots { count: 4, speed_mps: 0.6, changes_lanes: true } }),
        ("head to head", RaceType::HeadToHead { cars: 4 }),
    ]
}

/// Races of a type on every third built-in track, both ways round, under varied conditions, bit for bit: replays with
/// their results, and positions.
fn digest(race_type: &RaceType) -> String {
    let mut record = Vec::new();
    for (index, name) in builtin_tracks::names().into_iter().step_by(3).enumerate() {
        let track = builtin_tracks::find(name).expect("a built-in track");
        let rules = RaceRules {
            laps: 2,
            time_limit_secs: 60.0,
            race_type: race_type.clone(),
            direction: if index % 2 == 0 { Direction::Forward } else { Direction::Reverse },
            conditions: Conditions { sensor_delay_steps: 1, ..Conditions::varied() },
            ..RaceRules::default()
        };
        let policies = [1.0, 2.5, 4.0, 1.8].map(drivers::centre_line);
        let policies: Vec<_> = policies.iter().take(rules.race_type.cars()).collect();
        let replay = referee::race_together(&track, &policies, &rules, 42);
        record.extend(replay.to_bytes());
        for car in 0..policies.len() {
            let telemetry = referee::telemetry(&replay, car).expect("it verifies");
            for numbers in [telemetry.x_m, telemetry.y_m, telemetry.yaw_rad, telemetry.speed_mps] {
                record.extend(numbers.into_iter().flat_map(f32::to_le_bytes));
            }
        }
    }
    Sha256Hex::of(&record).to_string()
}

/// What a lidar and a camera read along a drive among boxes.
fn sensor_digest(spec: &'static ObservationSpec) -> String {
    let config = BatchConfig {
        tracks: builtin_tracks::names().into_iter().filter_map(builtin_tracks::find).collect(),
        race_type: RaceType::ObjectAvoidance { boxes: Boxes::Seeded(6) },
        conditions: Conditions::varied(),
        observation: spec,
        ..BatchConfig::new(harbour(), 13, 3)
    };
    let mut batch = Batch::new(config);
    let mut observations = vec![0.0; 13 * spec.len()];
    let mut record = Vec::new();
    for _ in 0..10 {
        batch.step(&[0.1; 26], &mut [StepFacts::default(); 13]);
        batch.observe(&mut observations);
        record.extend(observations.iter().flat_map(|number| number.to_le_bytes()));
    }
    Sha256Hex::of(&record).to_string()
}

/// Digests of what every type of race and every sensor gives.
///
/// They change when the simulation changes, and only then: bump `SIM_VERSION` with them and write in CHANGELOG.md why.
/// They are the same in debug and release builds, on any machine and for any `target-cpu`.
const GOLDEN: [(&str, &str); 7] = [
    ("time trial", "cf49078e6886217afdf5c64cefe81d801aac4ef93c10ffb1c9230f279a04d58d"),
    ("object avoidance", "a1bc2c7ea3c55908304c5719400fc859ea7e8f074b10df7e1efe613e26dca7df"),
    ("against bots", "6aee22c4a7013f28d055a925e594dabd3d7ba80d00472932c672649d11704e81"),
    ("head to head", "a6d26e38c6bb19be82473f01b2b594259a34adef5ae42454b766619243161701"),
    ("state-traffic-v1", "019f6971f6bb61da9cc5e46d162293631450a6bd5931b43fae5684405bfbf9e1"),
    ("lidar-v1", "715b7f2afd7d6fac3dddb7f8cd6bf12061175ad87031f1923027b8f517e49350"),
    ("camera-2-v1", "ab09e50200e06c37a5736bedfda9d7396a9d75626df5abd74351afe6a6be195a"),
];

#[test]
fn the_golden_races_have_not_changed() {
    let races = race_types().map(|(name, race_type)| (name, digest(&race_type)));
    let sensors = [&STATE_TRAFFIC_V1, &LIDAR_V1, &CAMERA_2_V1].map(|spec| (spec.id, sensor_digest(spec)));
    let now: Vec<_> = races.into_iter().chain(sensors).collect();
    let lines: String = now.iter().map(|(name, digest)| format!("    (\"{name}\", \"{digest}\"),\n")).collect();
    let golden: String = GOLDEN.iter().map(|(name, digest)| format!("    (\"{name}\", \"{digest}\"),\n")).collect();
    assert!(lines == golden, "the simulator gives other bits now:\n{lines}");
}

/// Races that are run side by side, of several tracks and types, have the bits of races that are run alone.
#[test]
fn races_side_by_side_are_the_races_alone() {
    let tracks: Vec<_> = builtin_tracks::names().into_iter().filter_map(builtin_tracks::find).collect();
    let policies = [1.5, 2.5, 4.0].map(drivers::centre_line);
    let rules: Vec<_> = race_types()
        .into_iter()
        .map(|(_, race_type)| RaceRules { laps: 1, time_limit_secs: 30.0, race_type, ..RaceRules::default() })
        .collect();
    let drivers: Vec<Vec<_>> = (0..80)
        .map(|index| (0..rules[index % 4].race_type.cars()).map(|car| &policies[(index + car) % 3]).collect())
        .collect();
    let entry = |index: usize| Entry {
        track: &tracks[index % tracks.len()],
        policies: &drivers[index],
        rules: &rules[index % 4],
        seed: index as u64,
    };
    let entries: Vec<_> = (0..80).map(entry).collect();
    for (entry, together) in entries.iter().zip(referee::races(&entries)) {
        let alone = referee::race_together(entry.track, entry.policies, entry.rules, entry.seed);
        assert!(alone.to_bytes() == together.to_bytes(), "{:?} on {}", entry.rules.race_type, entry.track.name());
    }
}

/// What 64 cars saw and did in a hundred steps, driven by `threads` threads.
fn driven_by(threads: usize, race_type: &RaceType) -> Vec<u32> {
    const CARS: usize = 64;
    let own = CARS / threads;
    let drive = |thread: usize| {
        let mut batch = Batch::new(BatchConfig {
            first_car: thread * own,
            race_type: race_type.clone(),
            conditions: Conditions::varied(),
            tracks: vec![harbour(), builtin_tracks::find("ridge").expect("a built-in track")],
            ..BatchConfig::new(harbour(), own, 7)
        });
        let mut facts = vec![StepFacts::default(); own];
        let mut observations = vec![0.0; own * STATE_V1.len()];
        let mut pilot = Pilot::new(&drivers::centre_line(3.0));
        batch.observe(&mut observations);
        for _ in 0..100 {
            let actions: Vec<f32> =
                observations.chunks_exact(STATE_V1.len()).flat_map(|seen| pilot.act(seen)).collect();
            batch.step(&actions, &mut facts);
            for (car, facts) in facts.iter().enumerate() {
                if facts.off_track || facts.crashed {
                    batch.spawn(car);
                }
            }
            batch.observe(&mut observations);
        }
        observations.into_iter().map(f32::to_bits).collect::<Vec<_>>()
    };
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..threads).map(|thread| scope.spawn(move || drive(thread))).collect();
        workers.into_iter().flat_map(|worker| worker.join().expect("a worker")).collect()
    })
}

#[test]
fn two_threads_drive_what_one_drives() {
    for (name, race_type) in race_types() {
        assert!(driven_by(1, &race_type) == driven_by(2, &race_type), "{name}");
    }
}
