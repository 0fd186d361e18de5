//! A car of the training that is watched, so that its trace can be written.

use super::{Row, Status};
use sim::{CONTROL_HZ, StepFacts, world::World};

/// One car in training, episode by episode.
pub struct Watched {
    rows: Vec<Row>,
    distance_m: f64,
    /// Simulated seconds that the car has driven in this run.
    secs: f64,
}

/// A control step of training.
#[derive(Debug, Clone, Copy)]
pub struct Step {
    /// Number of the action, where actions are discrete.
    pub action: Option<u32>,
    pub reward: f32,
    /// Whether the clock ends the training's episode here.
    pub is_truncated: bool,
    /// When it was driven, seconds since 1970.
    pub secs_since_epoch: f64,
}

impl Watched {
    /// A car at a start of its own, after `secs` of simulated driving in this run.
    pub fn new(world: &World, car: usize, secs: f64) -> Self {
        let start = Row { secs, ..Row::of(world, car) };
        Self { rows: vec![start], distance_m: 0.0, secs }
    }

    /// Takes a step of the car, before it is spawned elsewhere. Gives the episode's rows if that was its end; then
    /// [`Watched::start`] begins the next.
    pub fn step(&mut self, world: &World, car: usize, facts: &StepFacts, step: &Step) -> Option<Vec<Row>> {
        self.distance_m += f64::from(facts.progress_m);
        self.secs += f64::from(CONTROL_HZ).recip();
        let progress_percent = (self.distance_m / f64::from(facts.track_length_m) * 100.0).clamp(0.0, 100.0);
        let ends = [
            (facts.off_track, Status::OffTrack),
            (facts.crashed, Status::Crashed),
            (progress_percent >= 100.0, Status::LapComplete),
            (step.is_truncated, Status::TimeUp),
        ];
        let status = ends.into_iter().find(|(has, _)| *has).map_or(Status::InProgress, |(_, status)| status);
        self.rows.push(Row {
            steps: self.rows.len() as u32,
            action: step.action,
            reward: step.reward,
            is_done: status != Status::InProgress,
            progress_percent,
            secs: self.secs,
            status,
            crashes: u32::from(facts.crashed),
            wall_secs: step.secs_since_epoch,
            ..Row::of(world, car)
        });
        // The start is stamped with its first step, when the clock is known.
        self.rows[0].wall_secs = self.rows[1].wall_secs;
        (status != Status::InProgress).then(|| std::mem::take(&mut self.rows))
    }

    /// Begins an episode where the car is now: spawned, or at the end of a lap that it drives on from.
    pub fn start(&mut self, world: &World, car: usize) {
        *self = Self::new(world, car, self.secs);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sim::{Batch, BatchConfig};
    use sim_spec::builtin_tracks;

    #[test]
    fn an_episode_ends_with_a_fault_and_the_next_begins() {
        let track = builtin_tracks::find("harbour").expect("a built-in track");
        let mut batch = Batch::new(BatchConfig::new(track, 1, 1));
        let mut facts = [StepFacts::default()];
        let mut watched = Watched::new(batch.world_of(0).0, 0, 10.0);
        let step = Step { action: None, reward: 0.5, is_truncated: false, secs_since_epoch: 7.0 };
        let episode = loop {
            // Full speed, hard to the left: off the road at once.
            batch.step(&[1.0, 1.0], &mut facts);
            if let Some(episode) = watched.step(batch.world_of(0).0, 0, &facts[0], &step) {
                break episode;
            }
        };
        let [first, .., last] = &episode[..] else { panic!("rows") };
        assert_eq!((first.steps, first.status, first.secs, first.wall_secs), (0, Status::Prepare, 10.0, 7.0));
        assert_eq!((last.steps as usize, last.status, last.is_done), (episode.len() - 1, Status::OffTrack, true));
        assert!(
            (last.steering_deg - 30.0).abs() < 1e-3 && (last.speed_mps - 4.0).abs() < 1e-6 && !last.is_all_on_track
        );
        assert!((last.secs - 10.0 - f64::from(last.steps) / 15.0).abs() < 1e-9);

        batch.spawn(0);
        watched.start(batch.world_of(0).0, 0);
        batch.step(&[0.0, 0.0], &mut facts);
        let late = Step { is_truncated: true, ..step };
        let next = watched.step(batch.world_of(0).0, 0, &facts[0], &late).expect("the clock ended it");
        assert_eq!((next.len(), next[0].secs, next[1].status), (2, last.secs, Status::TimeUp));
    }
}
