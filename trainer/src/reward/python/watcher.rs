//! Watches cars drive, and says of each what `params` has to say.

use super::{
    params::{Column, Key, Params, write_batch},
    worker::Worker,
};
use crate::reward::{Episode, Step, python::fault::Fault};
use sim::{CONTROL_HZ, StepFacts};
use sim_spec::Direction;

/// Watches the cars of one batch.
pub struct Watcher {
    keys: Vec<&'static Key>,
    has_objects: bool,
    laps: Vec<Lap>,
    states: Vec<Params>,
    steps: u64,
}

/// A lap under way. DeepRacer's episodes end with the lap; ours may go on, so a reward sees the next lap as another
/// episode: progress and steps begin anew.
#[derive(Debug, Clone, Copy, Default)]
struct Lap {
    episode: u64,
    /// Steps of the episode at the last look.
    seen: u32,
    /// The episode's steps and way when the lap began.
    steps: u32,
    distance_m: f32,
}

impl Watcher {
    /// Watches what a reward that uses `keys` has to know.
    pub fn new(keys: Vec<&'static Key>) -> Self {
        let is_of_objects = |key: &&Key| {
            matches!(key.column, Column::Numbers(_) | Column::Truths(_) | Column::Points(_))
                || ["closest_objects", "object_in_camera"].contains(&key.name)
        };
        let has_objects = keys.iter().any(is_of_objects);
        Self { keys, has_objects, laps: Vec::new(), states: Vec::new(), steps: 0 }
    }

    /// What there is to say of the judged cars after a step. The worker is told of roads that it does not know yet.
    pub fn watch(&mut self, step: &Step, worker: &mut Worker) -> Result<&[Params], Fault> {
        self.steps += 1;
        self.laps.resize(step.cars.len(), Lap::default());
        self.states.resize(step.cars.len(), Params::default());
        for (index, car) in step.cars.iter().enumerate() {
            let (world, own) = step.batch.world_of(*car);
            let facts = &step.facts[*car];
            let road = worker.number_of(&world.heat_of(own).road)?;
            let state = &mut self.states[index];
            state.read(world, own, facts, self.has_objects);
            state.road = road;
            state.is_reversed = step.batch.track_of(*car).1 == Direction::Reverse;
            state.sim_secs = self.steps as f64 / f64::from(CONTROL_HZ);
            (state.steps, state.progress_percent) = self.laps[index].go_on(&step.episodes[index], facts);
        }
        Ok(&self.states)
    }

    /// Writes what was seen last as a batch for the worker. The judged cars are its cars from `first` on.
    pub fn write(&self, frame: &mut Vec<u8>, first: usize) {
        let cars = first as i32..(first + self.states.len()) as i32;
        write_batch(frame, &self.keys, cars, self.states.iter());
    }

    /// What was seen last.
    pub fn into_states(self) -> Vec<Params> {
        self.states
    }

    /// All cars start anew, and so does the time.
    pub fn start_anew(&mut self) {
        self.steps = 0;
    }
}

impl Lap {
    /// Steps from 1 and progress in per cent, after a step of the episode.
    fn go_on(&mut self, episode: &Episode, facts: &StepFacts) -> (i32, f64) {
        // Cars that all start anew count their episodes anew.
        if self.episode != episode.number || self.seen + 1 != episode.steps {
            let steps = episode.steps.saturating_sub(1);
            *self =
                Self { episode: episode.number, steps, distance_m: episode.distance_m - facts.progress_m, seen: steps };
        }
        self.seen = episode.steps;
        let steps = episode.steps - self.steps;
        let driven = (episode.distance_m - self.distance_m) / facts.track_length_m;
        if driven >= 1.0 {
            self.steps = episode.steps;
            self.distance_m += facts.track_length_m;
        }
        (steps as i32, f64::from(driven.clamp(0.0, 1.0)) * 100.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lap_ends_at_100_per_cent_and_the_next_begins_anew() {
        let mut lap = Lap::default();
        let facts = StepFacts { progress_m: 2.0, track_length_m: 8.0, ..StepFacts::default() };
        let mut go_on = |number, steps, distance_m| lap.go_on(&Episode { number, steps, distance_m }, &facts);
        // Cars begin in the middle of their first episode: it counts from there.
        assert_eq!(go_on(0, 117, 2.0), (1, 25.0));
        assert_eq!(go_on(0, 118, 5.0), (2, 62.5));
        // 9 m of 8: the lap is done; 1 m of the next one is driven already.
        assert_eq!(go_on(0, 119, 9.0), (3, 100.0));
        assert_eq!(go_on(0, 120, 10.0), (1, 25.0));
        // Another episode; then backwards.
        assert_eq!(go_on(1, 1, 2.0), (1, 25.0));
        assert_eq!(go_on(1, 2, -1.0), (2, 0.0));
        // The cars of another batch.
        assert_eq!(go_on(1, 1, 2.0), (1, 25.0));
    }
}
