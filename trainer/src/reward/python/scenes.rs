//! Real driving for a reward to be tried on: along the line and across it, slow and fast, among boxes and bots, from the
//! start to off the track.

use crate::reward::{Episode, Step};
use sim::{Batch, BatchConfig, StepFacts, drivers, pilot::Pilot};
use sim_spec::{Bots, Boxes, Direction, RaceType, action::ACTION_LEN, builtin_tracks, observation::STATE_V1};

/// Cars of each scene.
pub const CARS: usize = 4;
/// Control steps of each scene: fifteen seconds.
pub const STEPS: u32 = 225;

/// A way of driving.
#[derive(Debug, Clone)]
pub struct Scene {
    pub track: &'static str,
    pub direction: Direction,
    pub race_type: RaceType,
    /// What the driver on the centre line tries to keep.
    pub speed_mps: f32,
    /// How far it steers to and fro around its line, as a share of the largest angle.
    pub weaving: f32,
    /// How many cars of the scene go straight on instead of round the track.
    pub astray: usize,
}

/// Slow and quick driving in the middle, to compare what each is paid.
pub const SLOW: usize = 0;
pub const QUICK: usize = 1;

/// All scenes.
pub fn scenes() -> Vec<Scene> {
    let slow = Scene {
        track: "harbour",
        direction: Direction::Forward,
        race_type: RaceType::TimeTrial,
        speed_mps: 0.7,
        weaving: 0.0,
        astray: 0,
    };
    let quick = Scene { speed_mps: 1.8, ..slow.clone() };
    let boxes = RaceType::ObjectAvoidance { boxes: Boxes::Seeded(6) };
    let bots = RaceType::AgainstBots { bots: Bots { count: 4, speed_mps: 0.3, changes_lanes: true } };
    vec![
        slow,
        quick.clone(),
        Scene { speed_mps: 3.5, astray: 2, ..quick.clone() },
        Scene { track: "needle", direction: Direction::Reverse, weaving: 0.7, ..quick.clone() },
        Scene { race_type: boxes, ..quick.clone() },
        Scene { track: "meadow", race_type: bots, ..quick },
    ]
}

impl Scene {
    /// Drives the scene, and shows each step to `see`, until it is over or `see` says that it has seen enough. A car that
    /// leaves the track or crashes starts elsewhere.
    pub fn drive<E>(&self, mut see: impl FnMut(&Step) -> Result<(), E>) -> Result<(), E> {
        let track = builtin_tracks::find(self.track).expect("a built-in track");
        let config = BatchConfig {
            directions: vec![self.direction],
            race_type: self.race_type.clone(),
            ..BatchConfig::new(track, CARS, 1)
        };
        let mut batch = Batch::new(config);
        let mut pilot = Pilot::new(&drivers::centre_line(self.speed_mps));
        let cars: Vec<usize> = (0..CARS).collect();
        let (mut facts, mut actions) = ([StepFacts::default(); CARS], [[0.0; ACTION_LEN]; CARS]);
        let (mut episodes, mut seen) = ([Episode::default(); CARS], vec![0.0; STATE_V1.len()]);
        for step in 0..STEPS {
            for (car, action) in actions.iter_mut().enumerate() {
                batch.observe_car(car, &mut seen);
                *action = pilot.act(&seen);
                action[0] = if car < self.astray { 0.0 } else { action[0] + self.weaving * (step as f32 * 0.4).sin() };
            }
            batch.step(actions.as_flattened(), &mut facts);
            for (episode, facts) in episodes.iter_mut().zip(&facts) {
                episode.steps += 1;
                episode.distance_m += facts.progress_m;
            }
            see(&Step { batch: &batch, cars: &cars, facts: &facts, actions: &actions, episodes: &episodes })?;
            for (car, facts) in facts.iter().enumerate() {
                if facts.off_track || facts.crashed {
                    episodes[car] = Episode { number: episodes[car].number + 1, ..Episode::default() };
                    batch.spawn(car);
                }
            }
        }
        Ok(())
    }
}
