//! How good a policy is: it is raced as the league would race it.

use crate::{
    failure::{Failure, bad_input},
    run::task::Task,
};
use sim::referee::{self, Entry};
use sim_spec::{Conditions, Policy, RaceResult, RaceRules, RaceStatus, RaceType, Replay, Track, limits::MAX_RACE_SECS};

/// Seeds of the races on a single track. Three starts, so that a policy that was lucky once is not taken for a good one.
pub const SEEDS: [u64; 3] = [1, 2, 3];
/// Races under conditions that vary, each of another day.
const DAYS: u64 = 8;
/// Starts of a duel, each from one of the two places of the grid.
const DUELS: u64 = 6;

/// A policy that is slower than this on average does not race yet, and its race is not watched to the end. m/s.
const SLOWEST_MPS: f64 = 1.0;

/// The rules by which a policy's driving is looked at, alone on the road: its race is watched as long as a slow driver needs.
pub fn rules(track: &Track, laps: u32) -> Result<RaceRules, Failure> {
    let time_limit_secs = (f64::from(laps) * track.length_m() / SLOWEST_MPS).ceil().min(MAX_RACE_SECS);
    let rules = RaceRules { laps, time_limit_secs, ..RaceRules::default() };
    rules.check().map_err(|error| bad_input("this many laps cannot be raced on this track", error))?;
    Ok(rules)
}

/// The race in which driving is looked at: without rivals.
pub fn alone(race_type: &RaceType) -> RaceType {
    match race_type {
        RaceType::HeadToHead { .. } => RaceType::TimeTrial,
        others => others.clone(),
    }
}

/// The races that a run's policies are judged by.
#[derive(Debug, Clone)]
pub struct Exam {
    races: Vec<Race>,
}

/// One of them.
#[derive(Debug, Clone)]
struct Race {
    track: Track,
    rules: RaceRules,
    seed: u64,
}

impl Race {
    fn entry<'a>(&'a self, policies: &'a [&'a Policy]) -> Entry<'a> {
        Entry { track: &self.track, policies, rules: &self.rules, seed: self.seed }
    }
}

/// Races of one policy, from standing starts.
#[derive(Debug, Clone)]
pub struct Evaluation {
    /// One per race of the exam; after the first that was not finished no further one is run.
    pub results: Vec<RaceResult>,
    /// Whether all races were run and finished.
    is_finished: bool,
    /// Replay of the first race.
    pub replay: Replay,
}

impl Exam {
    /// Races over `laps` laps on every track of the task, every way round and under the conditions that it is learned for:
    /// on perfect days only, the boldest policy would be taken for the best. Rivals are not part of it.
    pub fn new(task: &Task, laps: u32) -> Result<Self, Failure> {
        let race_type = alone(&task.course.race_type);
        let directions = task.course.way.directions();
        let conditions = &task.course.conditions;
        let seeds: Vec<u64> = match task.tracks.len() * directions.len() {
            _ if *conditions != Conditions::default() => (1..=DAYS).collect(),
            1 => SEEDS.to_vec(),
            _ => SEEDS[..1].to_vec(),
        };
        let mut races = Vec::new();
        for track in &task.tracks {
            for direction in directions {
                let direction = *direction;
                let (race_type, conditions) = (race_type.clone(), conditions.clone());
                let rules = RaceRules { race_type, direction, conditions, ..rules(track, laps)? };
                rules.check().map_err(|error| bad_input("this cannot be raced on this track", error))?;
                let race = |seed: &u64| Race { track: track.clone(), rules: rules.clone(), seed: *seed };
                races.extend(seeds.iter().map(race));
            }
        }
        Ok(Self { races })
    }

    /// Races `policy`.
    pub fn take(&self, policy: &Policy) -> Evaluation {
        let policies = [policy];
        // The first race alone: most policies fail it at first, and the others would be watched in vain.
        let (first, others) = self.races.split_first().expect("a task has a track");
        let replay = referee::races(&[first.entry(&policies)]).remove(0);
        let mut results = vec![replay.result().clone()];
        let is_finished = |result: &RaceResult| result.status == RaceStatus::Finished;
        if is_finished(&results[0]) && !others.is_empty() {
            let others: Vec<_> = others.iter().map(|race| race.entry(&policies)).collect();
            results.extend(referee::races(&others).iter().map(|replay| replay.result().clone()));
        }
        let is_finished = results.len() == self.races.len() && results.iter().all(is_finished);
        Evaluation { results, is_finished, replay }
    }
}

impl Evaluation {
    /// Whether every race was finished without being put back once.
    pub fn is_clean(&self) -> bool {
        self.is_finished && self.results.iter().all(|result| result.laps.iter().all(|lap| lap.clean))
    }

    /// The shortest clean lap, if there is one.
    pub fn best_clean_lap_secs(&self) -> Option<f64> {
        let laps = self.results.iter().flat_map(|result| &result.laps);
        laps.filter(|lap| lap.clean).map(|lap| lap.secs).min_by(f64::total_cmp)
    }

    /// Completed laps of all races.
    pub fn completed_laps(&self) -> u32 {
        self.results.iter().map(|result| result.completed_laps).sum()
    }

    /// Whether this is better than `other`: clean before not, then more laps, then less time.
    pub fn is_better_than(&self, other: &Self) -> bool {
        let secs = |it: &Self| it.results.iter().map(|result| result.total_secs).sum::<f64>();
        let [mine, theirs] = [self, other].map(|it| (it.is_clean(), it.completed_laps()));
        mine > theirs || mine == theirs && secs(self) < secs(other)
    }

    /// Whether neither finished, and neither is better: a race that is cut off by the clock takes as long as any other.
    pub fn ties_unfinished(&self, other: &Self) -> bool {
        let is_unfinished = !self.is_finished && !other.is_finished;
        is_unfinished && !self.is_better_than(other) && !other.is_better_than(self)
    }
}

/// Whether `challenger` beats `champion` head to head on the task's first track, the way round that is learned first: more
/// wins than losses from as many starts in front as behind.
pub fn beats(challenger: &Policy, champion: &Policy, task: &Task, laps: u32) -> bool {
    duels([challenger, champion], task, laps).filter(|result| result.finish_place == 1).count() as u64 * 2 > DUELS
}

/// The challenger's results.
fn duels<'a>(policies: [&'a Policy; 2], task: &'a Task, laps: u32) -> impl Iterator<Item = RaceResult> {
    let direction = task.course.way.directions()[0];
    let rules = RaceRules { laps, race_type: RaceType::HeadToHead { cars: 2 }, direction, ..RaceRules::default() };
    (1..=DUELS).map(move |seed| referee::race_together(&task.tracks[0], &policies, &rules, seed).results()[0].clone())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::task::{Course, Way};
    use sim_spec::{ActionSpace, builtin_tracks, observation::STATE_V1};

    fn task(course: Course) -> Task {
        let reward = crate::reward::Source::find("progress").map_err(|error| error.line()).expect("a reward");
        let tracks = vec![builtin_tracks::find("ridge").expect("a built-in track")];
        Task { tracks, course, observation: &STATE_V1, action: ActionSpace::full(), reward }
    }

    #[test]
    fn the_quicker_clean_driver_is_better_and_the_reckless_one_worse() {
        let exam = Exam::new(&task(Course::default()), 3).map_err(|error| error.line()).expect("three laps");
        let [slow, quick, reckless] = [1.5, 2.0, 4.0].map(|speed_mps| exam.take(&sim::drivers::centre_line(speed_mps)));
        assert!(slow.is_clean() && quick.is_clean() && !reckless.is_clean());
        assert!(quick.is_better_than(&slow) && !slow.is_better_than(&quick));
        assert!(slow.is_better_than(&reckless));
        assert!(quick.best_clean_lap_secs() < slow.best_clean_lap_secs());
        assert_eq!(slow.results.len(), 3);
    }

    #[test]
    fn of_two_that_never_finish_neither_is_better_unless_it_drives_more_laps() {
        let exam = Exam::new(&task(Course::default()), 3).map_err(|error| error.line()).expect("three laps");
        let [standing, creeping, quick] =
            [0.1, 0.2, 2.0].map(|speed_mps| exam.take(&sim::drivers::centre_line(speed_mps)));
        assert!(creeping.ties_unfinished(&standing) && standing.ties_unfinished(&creeping));
        assert!(!quick.ties_unfinished(&standing) && quick.is_better_than(&standing));
    }

    #[test]
    fn who_learns_both_ways_is_examined_both_ways() {
        let course = Course { way: Way::Both, ..Course::default() };
        let exam = Exam::new(&task(course), 1).map_err(|error| error.line()).expect("one lap");
        let results = exam.take(&sim::drivers::centre_line(1.5)).results;
        assert_eq!(results.len(), 2);
        assert_ne!(results[0].total_secs, results[1].total_secs);
    }

    #[test]
    fn who_stays_on_the_road_wins_the_duel() {
        for way in [Way::Forward, Way::Reverse] {
            let task = task(Course { way, ..Course::default() });
            let [steady, reckless] = [2.0, 4.0].map(sim::drivers::centre_line);
            assert!(beats(&steady, &reckless, &task, 2));
            assert!(!beats(&reckless, &steady, &task, 2));
            let in_front = duels([&steady, &reckless], &task, 1).filter(|result| result.grid_place == 1);
            assert_eq!(in_front.count() as u64 * 2, DUELS, "half of the starts from either place");
        }
    }
}
