//! Whatever policies do, the world stays sane.

use proptest::prelude::*;
use rand_pcg::{Pcg32, rand_core::Rng};
use sim::{Batch, BatchConfig, StepFacts, race::Race};
use sim_spec::{
    Bots, Boxes, Conditions, Direction, RaceRules, RaceType, Sha256Hex, Track,
    action::ACTION_LEN,
    observation::{STATE_TRAFFIC_V1, STATE_V1},
};

use crate::harbour;

fn race_types() -> [RaceType; 4] {
    [
        RaceType::TimeTrial,
        RaceType::ObjectAvoidance { boxes: Boxes::Seeded(6) },
        RaceType::AgainstBots { bots: Bots { count: 4, speed_mps: 0.8, changes_lanes: true } },
        RaceType::HeadToHead { cars: 4 },
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    /// Random actions, changed at random moments, in every type of race: nothing is NaN, no lap comes from nowhere, all
    /// times are in order.
    #[test]
    fn a_race_of_random_actions_is_sane(
        seed in any::<u64>(),
        race_type in 0..4_usize,
        reverse in any::<bool>(),
        actions in proptest::collection::vec((-2.0..2.0_f32, -2.0..2.0_f32, 1..60_u32), 1..60),
    ) {
        let rules = RaceRules {
            time_limit_secs: 60.0,
            race_type: race_types()[race_type].clone(),
            direction: if reverse { Direction::Reverse } else { Direction::Forward },
            conditions: Conditions::varied(),
            ..RaceRules::default()
        };
        let cars = rules.race_type.cars();
        let mut race = Race::new(&harbour(), &rules, seed);
        let mut furthest_m = vec![0.0_f64; cars];
        for (steering, speed, steps) in actions {
            for _ in 0..steps {
                let step: Vec<_> = (0..cars).map(|car| [steering / (car + 1) as f32, speed]).collect();
                race.step(&step);
                for (car, furthest_m) in furthest_m.iter_mut().enumerate() {
                    prop_assert!(race.car(car).position().is_finite());
                    // No car is faster than 4 m/s plus what gravity never gives it; a bump gives some.
                    prop_assert!(race.car(car).velocity().length() < 8.0);
                    *furthest_m = furthest_m.max(race.entrant(car).distance_m());
                }
            }
        }
        let results = race.into_results(&harbour(), &vec![Sha256Hex::of(b""); cars], seed);
        for (result, furthest_m) in results.iter().zip(furthest_m) {
            prop_assert!(f64::from(result.completed_laps) * harbour().length_m() <= furthest_m + 0.1);
            prop_assert!(result.laps.iter().all(|lap| lap.secs > 4.0));
            prop_assert!(result.laps.iter().all(|lap| !lap.clean || lap.off_tracks + lap.crashes == 0));
        }
    }
}

#[test]
fn a_batch_of_absurd_actions_stays_finite() {
    const CARS: usize = 64;
    let mut batch = Batch::new(BatchConfig::new(harbour(), CARS, 1));
    let mut facts = vec![StepFacts::default(); CARS];
    let mut observations = vec![0.0; CARS * STATE_V1.len()];
    let absurd = [f32::NAN, f32::INFINITY, -f32::INFINITY, 1e30, -1.0, 1.0, 0.3, -0.3];
    for step in 0..600 {
        let actions: Vec<f32> = (0..CARS * ACTION_LEN).map(|index| absurd[(index * 7 + step) % absurd.len()]).collect();
        batch.step(&actions, &mut facts);
        for (car, facts) in facts.iter().enumerate() {
            assert!(facts.progress_m.abs() < 0.5, "{facts:?}");
            if facts.off_track {
                batch.spawn(car);
            }
        }
        batch.observe(&mut observations);
        assert!(observations.iter().all(|number| number.is_finite()));
    }
}

/// A million control steps of random actions over two hundred random tracks and all types of races: no NaN, no panic, no
/// car inside a box without a crash.
#[test]
fn a_million_random_steps_on_two_hundred_tracks() {
    const TRACKS: usize = 200;
    const CARS: usize = 400;
    const STEPS: usize = 1_000_000 / 4 / CARS;
    let tracks: Vec<Track> = (0..TRACKS as u64).map(sim_spec::track_generator::generate).collect();
    for (round, race_type) in race_types().into_iter().enumerate() {
        let mut batch = Batch::new(BatchConfig {
            tracks: tracks.clone(),
            race_type,
            directions: vec![if round % 2 == 0 { Direction::Forward } else { Direction::Reverse }],
            conditions: Conditions::varied(),
            observation: &STATE_TRAFFIC_V1,
            ..BatchConfig::new(harbour(), CARS, round as u64)
        });
        let mut rng = Pcg32::new(round as u64, 1);
        let mut facts = vec![StepFacts::default(); CARS];
        let mut observations = vec![0.0; CARS * STATE_TRAFFIC_V1.len()];
        let mut actions = vec![0.0; CARS * ACTION_LEN];
        let mut crashes = 0;
        for _ in 0..STEPS {
            // A random walk, so that cars get somewhere.
            for action in &mut actions {
                let step = rng.next_u32() as f32 / u32::MAX as f32 - 0.5;
                *action = (*action * 0.9 + step).clamp(-1.0, 1.0);
            }
            batch.step(&actions, &mut facts);
            for (car, facts) in facts.iter().enumerate() {
                assert!(facts.progress_m.abs() < 1.0 && facts.speed_mps.abs() < 10.0, "{facts:?}");
                let (world, own) = batch.world_of(car);
                let body = world.cars()[own].as_obstacle();
                let in_a_box =
                    world.heat_of(own).traffic.boxes().iter().any(|standing| standing.obstacle.overlaps(&body));
                assert!(!in_a_box || facts.crashed, "a car stands in a box");
                crashes += usize::from(facts.crashed);
                if facts.off_track || facts.crashed {
                    batch.spawn(car);
                }
            }
            batch.observe(&mut observations);
            assert!(observations.iter().all(|number| number.is_finite()));
        }
        assert_eq!(crashes > 0, round > 0, "cars meet something in all races but time trials");
    }
}

/// A lap needs the whole way round: every twentieth of the track is passed before it counts, in every type of race, for
/// cars that leave the road, crash and are put back.
#[test]
fn no_lap_counts_without_every_checkpoint() {
    const CHECKPOINTS: f32 = 20.0;
    let mut laps = 0;
    for race_type in race_types() {
        for speed_mps in [1.5, 2.5, 4.0] {
            let rules = RaceRules { time_limit_secs: 90.0, race_type: race_type.clone(), ..RaceRules::default() };
            let cars = rules.race_type.cars();
            let mut race = Race::new(&harbour(), &rules, 9);
            let mut pilot = sim::pilot::Pilot::new(&sim::drivers::centre_line(speed_mps));
            let mut sensors = sim::sensors::Sensors::new(&STATE_V1, &rules.conditions, cars);
            let mut passed = vec![0_u32; cars];
            let mut counted = vec![0; cars];
            let mut seen = vec![0.0; STATE_V1.len()];
            while !race.is_over() {
                let actions: Vec<_> = (0..cars)
                    .map(|car| {
                        sensors.observe(race.world(), car, car, &mut seen);
                        pilot.act(&seen)
                    })
                    .collect();
                race.step(&actions);
                for car in 0..cars {
                    let share = race.car(car).place().s_m / race.world().road_of(car).length_m();
                    let checkpoint = 1 << (share * CHECKPOINTS) as u32;
                    if race.entrant(car).laps().len() > counted[car] {
                        // The line itself was crossed within this step: the checkpoint before it is the last.
                        assert_eq!(passed[car] | 1, (1 << CHECKPOINTS as u32) - 1, "{race_type:?} at {speed_mps} m/s");
                        (passed[car], counted[car]) = (0, race.entrant(car).laps().len());
                        laps += 1;
                    }
                    passed[car] |= checkpoint;
                }
            }
        }
    }
    assert!(laps > 20, "{laps}");
}
