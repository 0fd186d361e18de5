//! `paddock reward check`: reads a reward and tries it on real driving, before a minute of training is spent on it.

use super::{
    Fault, File, Finding, Key, Limits, Log, Params, Python, Severity, Worker,
    params::write_batch,
    scenes::{CARS, QUICK, SLOW, scenes},
    watcher::Watcher,
    worker::{Probed, Setup},
};
use serde::Serialize;
use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

/// A call that takes longer slows training down: two cores would do less than 40,000 steps per second.
const SLOW_CALL: Duration = Duration::from_micros(50);
/// Cars of a batch that is paid again and again to see what a call takes, as many as a thread has by default, and for how
/// long. The quickest batch counts: the machine has other things to do.
const TIMED_CARS: usize = 256;
const TIMED_FOR: Duration = Duration::from_millis(200);
/// How much more a metre may pay when it is driven slowly, before that is worth a hint.
const DAWDLING: f64 = 1.2;
/// A box or car this near is part of the situation, metres.
const NEAR_M: f64 = 1.0;

/// What was found.
#[derive(Debug, Serialize)]
pub struct Checked {
    pub file: String,
    /// Whether there is no error.
    pub ok: bool,
    /// Version of the Python that ran it.
    pub python: Option<String>,
    /// By line.
    pub findings: Vec<Finding>,
    /// Keys of `params` that are built for it.
    pub keys: Vec<&'static str>,
    /// States that it was called in.
    pub states: u64,
    /// What a call takes, pipe and all.
    pub call_us: Option<f64>,
    /// What it paid, by situation.
    pub paid: BTreeMap<Situation, Range>,
}

/// Where a car can be, as a reward judges.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Situation {
    InTheMiddle,
    BesideTheMiddle,
    AtTheBorder,
    WheelsOutside,
    OffTheTrack,
    NearAnObject,
    Crashed,
}

impl Situation {
    /// As people read it.
    pub fn name(self) -> &'static str {
        match self {
            Self::InTheMiddle => "in the middle",
            Self::BesideTheMiddle => "beside the middle",
            Self::AtTheBorder => "at the border",
            Self::WheelsOutside => "wheels outside",
            Self::OffTheTrack => "off the track",
            Self::NearAnObject => "near a box or car",
            Self::Crashed => "crashed",
        }
    }

    fn of(params: &Params, object_m: f32) -> Self {
        let from_middle = params.distance_from_center_m / params.track_width_m;
        if params.is_crashed {
            Self::Crashed
        } else if params.is_offtrack {
            Self::OffTheTrack
        } else if f64::from(object_m) < NEAR_M {
            Self::NearAnObject
        } else if !params.all_wheels_on_track {
            Self::WheelsOutside
        } else {
            // DeepRacer's bands: a tenth and a quarter of the width.
            match from_middle {
                ..=0.1 => Self::InTheMiddle,
                ..=0.25 => Self::BesideTheMiddle,
                _ => Self::AtTheBorder,
            }
        }
    }
}

/// Rewards that were seen.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Range {
    pub states: u64,
    pub min: f64,
    pub mean: f64,
    pub max: f64,
}

impl Range {
    fn add(&mut self, reward: f64) {
        self.states += 1;
        self.min = self.min.min(reward);
        self.max = self.max.max(reward);
        self.mean += (reward - self.mean) / self.states as f64;
    }

    const EMPTY: Self = Self { states: 0, min: f64::INFINITY, mean: 0.0, max: f64::NEG_INFINITY };
}

/// Reads and tries a reward.
pub fn check(python: &Python, file: &File, limits: Limits, log: Log) -> Checked {
    let cars = scenes().len() * CARS;
    let mut checked = Checked {
        file: file.name.clone(),
        ok: false,
        python: None,
        findings: Vec::new(),
        keys: Vec::new(),
        states: 0,
        call_us: None,
        paid: BTreeMap::new(),
    };
    match Worker::start(Setup { python, file, cars, seed: 1, limits, check: true, log }) {
        Ok((mut worker, loaded)) => {
            checked.python = Some(loaded.version);
            checked.findings = loaded.findings;
            checked.keys = loaded.keys.iter().map(|key| key.name).collect();
            if let Err(fault) = checked.try_out(&mut worker, &loaded.keys) {
                checked.add(fault.finding);
            }
        }
        Err(fault) => {
            checked.findings = fault.others;
            checked.add(fault.finding);
        }
    }
    checked.findings.sort_by_key(|finding| (finding.line, finding.severity));
    checked.ok = checked.findings.iter().all(|finding| finding.severity != Severity::Error);
    checked
}

impl Checked {
    /// What is found by running adds nothing where reading has found an error in the same line.
    fn add(&mut self, finding: Finding) {
        let is_known = |known: &Finding| known.line == finding.line && known.severity == Severity::Error;
        if !self.findings.iter().any(is_known) {
            self.findings.push(finding);
        }
    }

    /// Calls the reward in all scenes.
    fn try_out(&mut self, worker: &mut Worker, keys: &[&'static Key]) -> Result<(), Fault> {
        let (mut all, mut frame, mut last) = (Range::EMPTY, Vec::new(), Vec::new());
        // What a scene paid per metre.
        let mut per_metre = Vec::new();
        for (number, scene) in scenes().iter().enumerate() {
            let mut watcher = Watcher::new(keys.to_vec());
            let [mut sum, mut way_m] = [0.0; 2];
            scene.drive(|step| {
                let params = watcher.watch(step, worker)?;
                let nearest = |car: &usize| nearest_object_m(step, *car);
                let situations: Vec<_> =
                    params.iter().zip(step.cars).map(|(params, car)| Situation::of(params, nearest(car))).collect();
                watcher.write(&mut frame, number * CARS);
                let Probed { paid, faults } = worker.probe(&frame)?;
                for fault in faults {
                    let at = situations.get(fault.state).map_or("", |situation| situation.name());
                    let message = format!("{} (seen {at})", fault.message);
                    self.add(Finding::new(Severity::Error, &fault.code, fault.line, message));
                }
                for ((reward, situation), facts) in paid.into_iter().zip(situations).zip(step.facts) {
                    let Some(reward) = reward else { continue };
                    self.states += 1;
                    all.add(reward);
                    self.paid.entry(situation).or_insert(Range::EMPTY).add(reward);
                    sum += reward;
                    way_m += f64::from(facts.progress_m);
                }
                Ok(())
            })?;
            per_metre.push(sum / way_m);
            last = watcher.into_states();
        }
        let is_fine = self.findings.iter().all(|finding| finding.severity != Severity::Error);
        if is_fine && all.states > 0 {
            self.judge(&all, &per_metre);
            self.time(worker, keys, &last)?;
        }
        Ok(())
    }

    /// What the rewards as a whole say.
    fn judge(&mut self, all: &Range, per_metre: &[f64]) {
        if all.min == all.max {
            let text = format!(
                "every state was paid {}: that only teaches to stay on the track, however slowly; pay for what is better",
                all.min
            );
            return self.add(Finding::new(Severity::Warning, "constant", None, text));
        }
        let [slow, quick] = [per_metre[SLOW], per_metre[QUICK]];
        if quick > 0.0 && slow > DAWDLING * quick {
            let text = format!(
                "a metre driven slowly (0.7 m/s) is paid {:.1} times as much as one driven quickly (1.8 m/s): each step is \
                 paid, and who dawdles makes more of them; pay for progress, or for progress per step",
                slow / quick
            );
            self.add(Finding::new(Severity::Hint, "pays_dawdling", None, text));
        }
        let paid = |situation| self.paid.get(&situation);
        if let (Some(off), Some(middle)) = (paid(Situation::OffTheTrack), paid(Situation::InTheMiddle))
            && off.min >= middle.max
        {
            let text = format!(
                "off the track pays at least {:.3}, in the middle of it at most {:.3}: leaving it is worth it",
                off.min, middle.max
            );
            self.add(Finding::new(Severity::Warning, "pays_off_track", None, text));
        }
    }

    /// What a call takes in a batch as training has it.
    fn time(&mut self, worker: &mut Worker, keys: &[&Key], states: &[Params]) -> Result<(), Fault> {
        let mut frame = Vec::new();
        let cars = (0..TIMED_CARS).map(|car| (car % CARS) as i32);
        write_batch(&mut frame, keys, cars, states.iter().cycle().take(TIMED_CARS));
        let (start, mut best) = (Instant::now(), Duration::MAX);
        while start.elapsed() < TIMED_FOR {
            let before = Instant::now();
            worker.pay(&frame)?;
            best = best.min(before.elapsed());
        }
        let call = best / TIMED_CARS as u32;
        self.call_us = Some(call.as_secs_f64() * 1e6);
        if call > SLOW_CALL {
            let text = format!(
                "a call takes {:.0} µs, so that one core trains at {:.0} steps per second at most; work out once, at module \
                 level, what does not change",
                call.as_secs_f64() * 1e6,
                1.0 / call.as_secs_f64()
            );
            self.add(Finding::new(Severity::Warning, "slow", None, text));
        }
        Ok(())
    }
}

/// Distance from a car to the nearest box or other car, metres.
fn nearest_object_m(step: &crate::reward::Step, car: usize) -> f32 {
    let (world, own) = step.batch.world_of(car);
    let here = world.cars()[own].position();
    world.others_of(own).map(|user| user.obstacle.centre.distance(here)).fold(f32::INFINITY, f32::min)
}
