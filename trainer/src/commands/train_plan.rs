//! From what a person asks `paddock train` for to what is learned, and how.

use super::train::{Sees, Train};
use crate::{
    deepracer,
    failure::{Failure, bad_input},
    files::read_track,
    learn::action_grid,
    run::{config::Config, limits::Limits, recipe::Recipe, settings::AlgorithmName, task::Task},
};
use sim_spec::{
    ActionSpace, Bots, Boxes, Conditions, RaceRules, RaceType, Track,
    limits::{MAX_ACTIONS, MIN_ACTIONS},
    observation::{CAMERA_2_V1, LIDAR_V1, ObservationSpec, STATE_TRAFFIC_V1, STATE_V1},
};

/// Control steps per second of training that the learning rate's schedule counts on where a run is limited by time: what
/// two cores do. The schedule is part of the run's settings, so the clock never decides what is learned from a step.
const STEPS_PER_SEC: f64 = 400_000.0;
/// How fast the slower cars are, m/s: a quarter of what a good lap is driven at.
const BOT_SPEED_MPS: f64 = 0.8;

/// What is learned, and how.
pub struct Plan {
    pub task: Task,
    pub algorithm: AlgorithmName,
    pub config: Config,
    /// What a person should know of it, one sentence each.
    pub notes: Vec<String>,
}

impl Train {
    /// The plan of a run: what a DeepRacer model or a file of settings says, then what the flags say.
    pub(super) fn plan(&self, reward: Option<&str>, limits: &Limits) -> Result<Plan, Failure> {
        let model = self.from.as_deref().map(deepracer::read).transpose()?;
        let mut recipe = self.config.as_deref().map(Recipe::read).transpose()?.unwrap_or_default();
        let mut notes = Vec::new();
        if let Some(model) = &model {
            notes.extend(model.warnings.iter().cloned());
            recipe.observation = Some(model.observation().into());
            recipe.action = Some(model.action_space.clone());
            recipe.algorithm = Some(model.algorithm);
            recipe.reward = model.reward.as_ref().map(|path| path.to_string_lossy().into_owned());
        }
        self.override_with_flags(&mut recipe, reward)?;
        let tracks = self.track.iter().map(|track| read_track(track)).collect::<Result<Vec<_>, _>>()?;
        if let Some(name) = twice(&tracks) {
            return Err(bad_input(
                name,
                "two different tracks have this name, and a run keeps them by name; rename a file",
            ));
        }
        let task = recipe.task(&tracks)?;
        let mut config = recipe.config()?;
        if let Some(threads) = self.threads {
            config.threads = threads;
        }
        if !recipe.config.contains_key("schedule_steps") {
            config.schedule_steps = schedule_steps(&config, limits);
        }
        if let Some(model) = &model {
            notes.extend(deepracer::apply(model, &mut config));
        }
        for change in &self.settings {
            let (name, value) =
                change.split_once('=').ok_or_else(|| bad_input(change, "a setting is changed by NAME=VALUE"))?;
            config = config.with(name, value).map_err(|why| bad_input("--set", why))?;
        }
        config.check().map_err(|why| bad_input("the run cannot go by these settings", why))?;
        Ok(Plan { task, algorithm: recipe.algorithm.unwrap_or(AlgorithmName::Ppo), config, notes })
    }

    fn override_with_flags(&self, recipe: &mut Recipe, reward: Option<&str>) -> Result<(), Failure> {
        let mut course = recipe.course.take().unwrap_or_default();
        match (self.boxes, self.bots, self.self_play) {
            (Some(count), ..) => course.race_type = RaceType::ObjectAvoidance { boxes: Boxes::Seeded(count) },
            (_, Some(count), _) => {
                let bots = Bots { count, speed_mps: BOT_SPEED_MPS, changes_lanes: true };
                course.race_type = RaceType::AgainstBots { bots };
            }
            (.., Some(rivals)) => course.race_type = RaceType::HeadToHead { cars: rivals.saturating_add(1) },
            _ => {}
        }
        if self.randomise {
            course.conditions = Conditions::varied();
        }
        course.way = self.direction.unwrap_or(course.way);
        course.starts = self.starts.map_or(course.starts, Into::into);
        let rules = RaceRules {
            race_type: course.race_type.clone(),
            conditions: course.conditions.clone(),
            ..RaceRules::default()
        };
        rules.check().map_err(|error| bad_input("this race cannot be trained for", error))?;
        let is_alone = course.race_type == RaceType::TimeTrial;
        let sees: Option<&ObservationSpec> = match self.obs {
            Some(Sees::State) if is_alone => Some(&STATE_V1),
            Some(Sees::State) => Some(&STATE_TRAFFIC_V1),
            Some(Sees::Lidar) => Some(&LIDAR_V1),
            Some(Sees::Camera) => Some(&CAMERA_2_V1),
            None if recipe.observation.is_none() && !is_alone => Some(&STATE_TRAFFIC_V1),
            None => None,
        };
        if let Some(sees) = sees {
            recipe.observation = Some(sees.id.into());
        }
        if let Some(grid) = &self.discrete {
            recipe.action = Some(action_list(grid)?);
        }
        recipe.algorithm = self.algo.or(recipe.algorithm);
        if let Some(reward) = reward {
            recipe.reward = Some(reward.into());
        }
        recipe.course = Some(course);
        Ok(())
    }
}

/// The name that two different ones of these tracks have.
fn twice(tracks: &[Track]) -> Option<&str> {
    let is_other = |one: &Track, other: &Track| one.name() == other.name() && one.sha256() != other.sha256();
    tracks.iter().find(|one| tracks.iter().any(|other| is_other(one, other))).map(Track::name)
}

fn action_list(grid: &str) -> Result<ActionSpace, Failure> {
    let counts = grid.split_once('x').and_then(|(angles, speeds)| Some((angles.parse().ok()?, speeds.parse().ok()?)));
    let (angles, speeds): (usize, usize) =
        counts.ok_or_else(|| bad_input("--discrete", "angles × speeds, for example 5x3"))?;
    // Before there is a list of them.
    if angles.saturating_mul(speeds) > MAX_ACTIONS {
        return Err(bad_input("--discrete", format!("a policy has {MIN_ACTIONS} to {MAX_ACTIONS} actions")));
    }
    let space = action_grid::grid(angles, speeds);
    space.check().map_err(|error| bad_input("--discrete", error))?;
    Ok(space)
}

/// Control steps over which the learning rate falls: all of the run, as far as its length is known, and at least as many
/// as a short run has by default.
fn schedule_steps(config: &Config, limits: &Limits) -> u64 {
    match (limits.steps, limits.time) {
        (Some(steps), _) => steps.max(1),
        (None, Some(time)) if limits.clean_laps.is_none() => {
            ((time.as_secs_f64() * STEPS_PER_SEC) as u64).max(config.schedule_steps)
        }
        _ => config.schedule_steps,
    }
}
