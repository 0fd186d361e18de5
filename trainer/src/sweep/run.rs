//! A sweep under way.

use super::{
    Choice, Plan, Report,
    ladder::{Rung, rungs},
    log::{Entry, Log},
};
use crate::run::evaluation::{self, SEEDS};
use crate::{
    compare::{self, Score},
    failure::{Failure, bad_input, not_done},
    files,
    run::{
        recipe::Recipe,
        trial::{self, LAPS, Trial},
    },
};
use sim_spec::Track;
use std::{
    cmp::Ordering,
    fs,
    path::{Path, PathBuf},
    sync::{
        Mutex, MutexGuard,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
    thread,
};

/// A sweep in its folder.
pub struct Sweep {
    plan: Plan,
    tracks: Vec<Track>,
    folder: PathBuf,
    choices: Vec<Choice>,
    rungs: Vec<Rung>,
    log: Mutex<Log>,
}

impl Sweep {
    /// The sweep of `plan` in `folder`: a new one, or the one that is under way there.
    pub fn open(plan: Plan, folder: &Path) -> Result<Self, Failure> {
        let tracks = plan.tracks.iter().map(|track| files::read_track(track)).collect::<Result<Vec<_>, _>>()?;
        fs::create_dir_all(folder).map_err(|error| bad_input(folder.display(), error))?;
        let path = folder.join("sweep.json");
        let text = format!("{}\n", serde_json::to_string_pretty(&plan).expect("a plan is plain data"));
        match fs::read_to_string(&path) {
            Ok(known) if known != text => {
                return Err(bad_input(folder.display(), "holds another sweep; name another folder with --out"));
            }
            Ok(_) => {}
            Err(_) => files::write_whole(&path, text.as_bytes())?,
        }
        let choices = plan.choices();
        let rungs = rungs(choices.len(), plan.steps, plan.keep_one_of);
        Ok(Self { tracks, log: Mutex::new(Log::open(folder)?), folder: folder.to_owned(), choices, rungs, plan })
    }

    /// Does all that is not done yet, on that many cores. `done` is told after each training: how many are done, and how
    /// many there are.
    pub fn run(&self, cores: usize, mut done: impl FnMut(usize, usize) + Send) -> Result<Report, Failure> {
        let all: usize = self.rungs.iter().map(|rung| rung.trials).sum();
        let mut ranking: Vec<usize> = (0..self.choices.len()).collect();
        for rung in 0..self.rungs.len() {
            let trials = &ranking[..self.rungs[rung].trials];
            let is_open = |trial: &usize| self.log().find(*trial, rung).is_none();
            let open: Vec<usize> = trials.iter().copied().filter(is_open).collect();
            self.train(&open, rung, cores, |count| done(count, all))?;
            let score = |trial: &usize| self.log().find(*trial, rung).and_then(|entry| entry.score);
            // Those that did not come this far stay behind, in the order that they have.
            ranking[..self.rungs[rung].trials].sort_by(|a, b| better(score(a), score(b)).then(a.cmp(b)));
        }
        let report = Report::of(&self.plan, &self.choices, &self.rungs, &self.log().entries, &ranking);
        let best = report.best().ok_or_else(|| not_done("the sweep", "every training broke down"))?;
        let recipe = self.recipe(best)?;
        let text = format!("# The best of {}\n{}", self.folder.display(), recipe.to_toml()?);
        files::write_whole(&self.best_path(), text.as_bytes())?;
        Ok(report)
    }

    /// The file that the best recipe is written to.
    pub fn best_path(&self) -> PathBuf {
        self.folder.join("best.toml")
    }

    fn recipe(&self, trial: usize) -> Result<Recipe, Failure> {
        self.plan.recipe(&self.choices[trial]).map_err(|why| bad_input("the sweep", why))
    }

    /// Trains these trials up to a rung's steps, each in one thread, and logs their scores.
    fn train(
        &self,
        trials: &[usize],
        rung: usize,
        cores: usize,
        done: impl FnMut(usize) + Send,
    ) -> Result<(), Failure> {
        let (next, done) = (AtomicUsize::new(0), Mutex::new(done));
        let work = || -> Result<(), Failure> {
            while let Some(trial) = trials.get(next.fetch_add(1, Relaxed)) {
                let score = self.score(*trial, self.rungs[rung].steps)?;
                let mut log = self.log();
                log.add(Entry { trial: *trial, rung, score })?;
                done.lock().expect("nobody panics while showing")(log.entries.len());
            }
            Ok(())
        };
        thread::scope(|scope| {
            let workers: Vec<_> = (0..cores.min(trials.len())).map(|_| scope.spawn(work)).collect();
            let panicked = |_| Err(not_done("the sweep", "a training panicked"));
            workers.into_iter().try_for_each(|worker| worker.join().unwrap_or_else(panicked))
        })
    }

    fn log(&self) -> MutexGuard<'_, Log> {
        self.log.lock().expect("nobody panics while writing the log")
    }

    /// How a trial races after so many steps; `None` if its training broke down.
    fn score(&self, trial: usize, steps: u64) -> Result<Option<Score>, Failure> {
        let mut recipe = self.recipe(trial)?;
        recipe.config.insert("threads".into(), 1.into());
        let folder = self.folder.join(format!("trial-{trial:03}"));
        let trial = Trial { recipe: &recipe, tracks: &self.tracks, seed: self.plan.seed, steps: self.plan.steps };
        match trial.train(&folder, steps) {
            Ok(_) => {
                let policy = trial::policy(&folder)?;
                let race = |track: &Track| Ok(compare::race(&policy, track, &evaluation::rules(track, LAPS)?, &SEEDS));
                Ok(Some(Score::mean(&self.tracks.iter().map(race).collect::<Result<Vec<_>, _>>()?)))
            }
            Err(Failure::NotDone(_)) => Ok(None),
            Err(failure) => Err(failure),
        }
    }
}

/// The better one first.
fn better(a: Option<Score>, b: Option<Score>) -> Ordering {
    match (a, b) {
        (Some(a), Some(b)) => b.against(&a),
        (a, b) => b.is_some().cmp(&a.is_some()),
    }
}
