//! Whatever a policy does, the world stays sane.

use crate::harbour;
use proptest::prelude::*;
use sim::{Batch, StepFacts, race::Race};
use sim_spec::{RaceRules, Sha256Hex, action::ACTION_LEN, observation::STATE_V1};

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    /// Random actions, changed at random moments: nothing is NaN, no lap comes from nowhere, all times are in order.
    #[test]
    fn a_race_of_random_actions_is_sane(
        seed in any::<u64>(),
        actions in proptest::collection::vec((-2.0..2.0_f32, -2.0..2.0_f32, 1..60_u32), 1..60),
    ) {
        let rules = RaceRules { time_limit_secs: 60.0, ..RaceRules::default() };
        let mut race = Race::new(&harbour(), &rules, seed);
        let mut observation = vec![0.0; STATE_V1.len()];
        for (steering, speed, steps) in actions {
            for _ in 0..steps {
                race.step([steering, speed]);
                race.observe(&mut observation);
                prop_assert!(observation.iter().all(|number| number.is_finite()), "{observation:?}");
                prop_assert!(race.car().position().is_finite());
            }
        }
        // No car is faster than 4 m/s plus what gravity never gives it.
        prop_assert!(race.distance_m() <= 4.2 * race.secs());
        let distance_m = race.distance_m();
        let result = race.into_result(&harbour(), Sha256Hex::of(b""), seed);
        prop_assert!(f64::from(result.completed_laps) * harbour().length_m() <= distance_m + 0.1);
        prop_assert!(result.laps.iter().all(|lap| lap.secs > 4.0));
    }
}

#[test]
fn a_batch_of_absurd_actions_stays_finite() {
    const CARS: usize = 64;
    let mut batch = Batch::new(&harbour(), CARS, 1);
    let mut facts = vec![StepFacts::default(); CARS];
    let mut observations = vec![0.0; CARS * STATE_V1.len()];
    let absurd = [f32::NAN, f32::INFINITY, -f32::INFINITY, 1e30, -1.0, 1.0, 0.3, -0.3];
    for step in 0..600 {
        let actions: Vec<f32> = (0..CARS * ACTION_LEN).map(|index| absurd[(index * 7 + step) % absurd.len()]).collect();
        batch.step(&actions, &mut facts);
        for (car, facts) in facts.iter().enumerate() {
            assert!(facts.progress_m.abs() < 0.5, "{facts:?}");
            if facts.off_track {
                batch.spawn_anywhere(car);
            }
        }
        batch.observe(&mut observations);
        assert!(observations.iter().all(|number| number.is_finite()));
    }
}
