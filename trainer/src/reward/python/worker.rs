//! One process of the racer's Python that runs a reward, and the frames to and from it: kind and length as two `u32`,
//! then that many bytes.

use super::{
    fault::{Fault, Finding, Stage},
    interpreter::Python,
    last_words::LastWords,
    limits::{Limits, MAX_ANSWER_BYTES},
    params::{KEYS, Key},
    watchdog::Watchdog,
};
use serde::Deserialize;
use serde_json::json;
use sim::Road;
use std::{
    fs,
    io::{self, Read, Write},
    path::PathBuf,
    process::{ChildStdin, ChildStdout, ExitStatus, Stdio},
    sync::Arc,
    thread,
    time::Duration,
};

/// What the process is made of, in the order in which the parts are needed.
const BOOTSTRAP: &str = include_str!("bootstrap.py");
const PARTS: [(&str, &str); 5] = [
    ("paddock_keys", include_str!("keys.py")),
    ("paddock_guards", include_str!("guards.py")),
    ("paddock_faults", include_str!("faults.py")),
    ("paddock_findings", include_str!("findings.py")),
    ("paddock_worker", include_str!("worker.py")),
];

/// How often, and how long at a time, a worker that has closed its pipes is waited for before it is ended.
const END_LOOKS: u32 = 100;
const END_LOOK: Duration = Duration::from_millis(10);

/// Where each line that a reward prints goes.
pub type Log = Arc<dyn Fn(&str) + Send + Sync>;

/// Kinds of frames, as in `worker.py`.
mod ask {
    pub const LOAD: u32 = 1;
    pub const ROAD: u32 = 2;
    pub const PAY: u32 = 3;
    pub const PROBE: u32 = 4;
    pub const RENEW: u32 = 5;
}
mod answer {
    pub const READY: u32 = 1;
    pub const PAID: u32 = 2;
    pub const PROBED: u32 = 3;
    pub const PRINTED: u32 = 4;
    pub const FAILED: u32 = 5;
    pub const RENEWED: u32 = 6;
}

/// A reward's file.
#[derive(Debug, Clone)]
pub struct File {
    /// As messages name it.
    pub name: String,
    pub source: String,
}

/// What a worker starts with.
pub struct Setup<'a> {
    pub python: &'a Python,
    pub file: &'a File,
    /// How many cars it pays: each has globals of its own.
    pub cars: usize,
    /// Of what the reward draws at random.
    pub seed: u64,
    pub limits: Limits,
    /// Whether the file is read for findings too.
    pub check: bool,
    pub log: Log,
}

/// A process that pays cars. It ends with this value.
pub struct Worker {
    file: String,
    limits: Limits,
    log: Log,
    watchdog: Watchdog,
    inbox: ChildStdin,
    outbox: ChildStdout,
    last_words: LastWords,
    content: Vec<u8>,
    /// Those that the process knows.
    roads: Vec<Arc<Road>>,
}

/// What a worker says of the file that it has loaded.
pub struct Loaded {
    /// The keys that have to be sent, in their order.
    pub keys: Vec<&'static Key>,
    /// Of Python.
    pub version: String,
    pub findings: Vec<Finding>,
}

/// What a reward gave for some states.
#[derive(Debug, Deserialize)]
pub struct Probed {
    /// Per state; `None` where it failed.
    pub paid: Vec<Option<f64>>,
    pub faults: Vec<ProbeFault>,
}

/// How it failed, and in which state first.
#[derive(Debug, Deserialize)]
pub struct ProbeFault {
    pub state: usize,
    pub code: String,
    pub line: Option<u32>,
    pub message: String,
}

impl Worker {
    /// Starts a process and loads the file.
    pub fn start(setup: Setup) -> Result<(Self, Loaded), Fault> {
        let Setup { python, file, cars, seed, limits, check, log } = setup;
        let cannot = |error: io::Error| Fault::new("python", None, format!("Python cannot be started: {error}"));
        let mut command = python.command(BOOTSTRAP, &empty_folder().map_err(cannot)?);
        let command = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().map_err(cannot)?;
        let inbox = child.stdin.take().expect("it was asked for");
        let outbox = child.stdout.take().expect("it was asked for");
        let last_words = LastWords::of(child.stderr.take().expect("it was asked for"));
        let watchdog = Watchdog::new(child);
        let content = Vec::new();
        let mut worker = Self {
            file: file.name.clone(),
            limits,
            log,
            watchdog,
            inbox,
            outbox,
            last_words,
            content,
            roads: Vec::new(),
        };
        let kinds: Vec<_> = KEYS.iter().map(|key| (key.name, key.column.kind())).collect();
        let settings = json!({
            "path": file.name,
            "source": file.source,
            "cars": cars,
            "seed": seed,
            "memory_bytes": limits.memory_bytes,
            "output_bytes": limits.output_bytes,
            "cpu_secs": limits.load.max(limits.batch).as_secs() + 1,
            "check": check,
            "keys": kinds,
        });
        let parts = serde_json::to_string(&PARTS).expect("plain data");
        let sent = write!(worker.inbox, "{:08}{parts}", parts.len());
        sent.map_err(|_| worker.end_of(Stage::Load))?;
        worker.ask(ask::LOAD, settings.to_string().as_bytes(), answer::READY, Stage::Load)?;
        let loaded = worker.loaded()?;
        Ok((worker, loaded))
    }

    /// The number by which batches name a road; of one that is new, the worker is told the waypoints.
    pub fn number_of(&mut self, road: &Arc<Road>) -> Result<i32, Fault> {
        if let Some(number) = self.roads.iter().position(|known| Arc::ptr_eq(known, road)) {
            return Ok(number as i32);
        }
        // Cars that start anew drive on new copies of the same roads.
        if let Some(number) = self.roads.iter().position(|known| known.waypoints() == road.waypoints()) {
            self.roads[number] = road.clone();
            return Ok(number as i32);
        }
        self.send(ask::ROAD, &waypoints(road)).map_err(|_| self.end_of(Stage::Batch))?;
        self.roads.push(road.clone());
        Ok(self.roads.len() as i32 - 1)
    }

    /// Loads the file anew for all cars: whatever it remembered is forgotten, and it draws by another seed.
    pub fn renew(&mut self, seed: u64) -> Result<(), Fault> {
        self.ask(ask::RENEW, &seed.to_ne_bytes(), answer::RENEWED, Stage::Load)
    }

    /// What each car of a batch gets, f64.
    pub fn pay(&mut self, batch: &[u8]) -> Result<&[[u8; 8]], Fault> {
        self.ask(ask::PAY, batch, answer::PAID, Stage::Batch)?;
        Ok(self.content.as_chunks().0)
    }

    /// What each state of a batch gets, with all that goes wrong on the way.
    pub fn probe(&mut self, batch: &[u8]) -> Result<Probed, Fault> {
        self.ask(ask::PROBE, batch, answer::PROBED, Stage::Batch)?;
        serde_json::from_slice(&self.content).map_err(|error| Fault::new("python", None, error.to_string()))
    }

    fn loaded(&self) -> Result<Loaded, Fault> {
        #[derive(Deserialize)]
        struct Ready {
            keys: Vec<String>,
            version: String,
            findings: Vec<Finding>,
        }
        let not_ours = |why: String| Fault::new("python", None, why);
        let ready: Ready = serde_json::from_slice(&self.content).map_err(|error| not_ours(error.to_string()))?;
        let find = |name: &String| KEYS.iter().find(|key| key.name == name).ok_or_else(|| not_ours(name.clone()));
        let keys = ready.keys.iter().map(find).collect::<Result<_, _>>()?;
        Ok(Loaded { keys, version: ready.version, findings: ready.findings })
    }

    /// Asks, and waits for the answer, whose content is kept.
    fn ask(&mut self, kind: u32, content: &[u8], wanted: u32, stage: Stage) -> Result<(), Fault> {
        self.watchdog.allow(match stage {
            Stage::Load => self.limits.load,
            Stage::Batch => self.limits.batch,
        });
        let answered = self.send(kind, content).and_then(|()| self.receive());
        self.watchdog.rest();
        match answered {
            Ok(kind) if kind == wanted => Ok(()),
            Ok(answer::FAILED) => Err(self.failed()),
            Ok(_) => Err(Fault::new("python", None, "the reward wrote into the pipe that its rewards are sent by")),
            Err(_) => Err(self.end_of(stage)),
        }
    }

    fn send(&mut self, kind: u32, content: &[u8]) -> io::Result<()> {
        let [kind, length] = [kind, content.len() as u32].map(u32::to_ne_bytes);
        self.inbox.write_all(&[kind, length].concat())?;
        self.inbox.write_all(content)
    }

    /// The next frame but those that were printed.
    fn receive(&mut self) -> io::Result<u32> {
        loop {
            let mut head = [0; 8];
            self.outbox.read_exact(&mut head)?;
            let (words, _) = head.as_chunks();
            let [kind, length] = [words[0], words[1]].map(u32::from_ne_bytes);
            if length > MAX_ANSWER_BYTES {
                return Err(io::ErrorKind::InvalidData.into());
            }
            self.content.resize(length as usize, 0);
            self.outbox.read_exact(&mut self.content)?;
            if kind != answer::PRINTED {
                return Ok(kind);
            }
            String::from_utf8_lossy(&self.content).lines().for_each(|line| (self.log)(line));
        }
    }

    fn failed(&self) -> Fault {
        #[derive(Deserialize)]
        struct Failed {
            code: String,
            line: Option<u32>,
            column: Option<u32>,
            message: String,
            findings: Vec<Finding>,
        }
        match serde_json::from_slice::<Failed>(&self.content) {
            Ok(Failed { code, line, column, message, findings }) => {
                let mut fault = Fault::new(&code, line, message);
                fault.finding.column = column;
                fault.others = findings;
                fault
            }
            Err(error) => Fault::new("python", None, error.to_string()),
        }
    }

    /// Why a worker that does not answer any more has ended.
    fn end_of(&self, stage: Stage) -> Fault {
        let status = self.wait();
        let words = self.last_words.text();
        match self.watchdog.has_bitten() {
            true => Fault::too_slow(&words, &self.file, stage, &self.limits),
            false => Fault::died(&words, &self.file, status),
        }
    }

    /// How the process ended; one that only closed its pipes is ended here, and says nothing by how.
    fn wait(&self) -> Option<ExitStatus> {
        for _ in 0..END_LOOKS {
            if let Some(status) = self.watchdog.with_child(|child| child.try_wait().ok().flatten()) {
                return Some(status);
            }
            thread::sleep(END_LOOK);
        }
        // It is gone already, or goes now.
        let _ = self.watchdog.with_child(|child| child.kill());
        None
    }
}

/// The waypoints of a road, `[N, 2]` as f64: its centre line, which ends where it began.
fn waypoints(road: &Road) -> Vec<u8> {
    let points = road.waypoints();
    let closed = points.iter().chain(points.first());
    closed.flat_map(|point| [point.x, point.y]).flat_map(|number| f64::from(number).to_ne_bytes()).collect()
}

/// The folder that rewards run in: nothing is there, and they leave nothing. All share it, so that none is left behind. On
/// a machine of many people anybody may have made it: `bootstrap.py` imports nothing from it.
fn empty_folder() -> io::Result<PathBuf> {
    let folder = std::env::temp_dir().join("paddock-empty");
    fs::create_dir_all(&folder)?;
    Ok(folder)
}
