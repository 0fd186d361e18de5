//! A league that runs for real.

use crate::{Person, Run, program};
use serde_json::Value;
use std::{
    io::{BufRead, BufReader, Read},
    path::Path,
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};
use tempfile::TempDir;

/// How long a league may take over anything that a test waits for. Far more than it needs, on a busy machine too.
const PATIENCE: Duration = Duration::from_secs(60);
/// How often a test looks whether what it waits for has happened.
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// A `league-server` process with a database of its own. Dropping it ends the process and removes its data.
pub struct TestLeague {
    folder: TempDir,
    environment: Vec<(String, String)>,
    server: Option<Child>,
    base: String,
}

impl TestLeague {
    /// A league without people, with the demo season: races `harbour-sprint`, `ridge-endurance` and
    /// `cathedral-consistency`, and the baselines raced.
    pub fn start() -> Self {
        let mut league = Self::stopped();
        league.admin(["demo-season"]).succeeded();
        league.serve();
        league
    }

    /// A league with an empty database that does not serve yet.
    pub fn stopped() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let database = format!("sqlite:{}", folder.path().join("league.db").display());
        let data = folder.path().join("blobs").display().to_string();
        let environment = vec![("PADDOCK_DATABASE_URL".into(), database), ("PADDOCK_DATA".into(), data)];
        Self { folder, environment, server: None, base: String::new() }
    }

    /// The folder of the database and the blobs.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Starts serving, on a free port.
    pub fn serve(&mut self) {
        self.serve_with(&[]);
    }

    /// Starts serving with more environment.
    pub fn serve_with(&mut self, environment: &[(&str, &str)]) {
        let mut command = self.command(["serve", "--listen", "127.0.0.1:0"]);
        command.envs(environment.iter().copied()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut server = command.spawn().expect("league-server starts");
        let stdout = server.stdout.take().expect("a pipe");
        let mut line = String::new();
        BufReader::new(stdout).read_line(&mut line).expect("a line on stdout");
        let mut stderr = server.stderr.take().expect("a pipe");
        // Somebody has to read what the server logs, or it would block on a full pipe.
        let log = thread::spawn(move || {
            let mut log = String::new();
            let _ = stderr.read_to_string(&mut log);
            log
        });
        let Some(base) = line.trim().strip_prefix("listening on ") else {
            let _ = server.kill();
            panic!("league-server did not start: {line:?} {}", log.join().unwrap_or_default());
        };
        self.base = base.to_owned();
        self.server = Some(server);
    }

    /// Runs `league-server admin` with `arguments`.
    pub fn admin<'a>(&self, arguments: impl IntoIterator<Item = &'a str>) -> Run {
        self.command(["admin"].into_iter().chain(arguments)).output().expect("league-server starts").into()
    }

    /// A new person with a token.
    pub fn person(&self, handle: &str) -> Person {
        self.person_with(handle, "racer")
    }

    /// A new person of a role, with a token.
    pub fn person_with(&self, handle: &str, role: &str) -> Person {
        let run = self.admin(["add-person", "--handle", handle, "--role", role]).succeeded();
        let token = run.stdout.trim_end();
        assert_eq!(token.lines().count(), 1, "the token alone: {run:?}");
        Person::new(&self.base, handle, Some(token.into()))
    }

    /// The same person after the league was started again on another port.
    pub fn again(&self, person: &Person) -> Person {
        Person::new(&self.base, &person.handle, person.token.clone())
    }

    /// Somebody without a token.
    pub fn anonymous(&self) -> Person {
        Person::new(&self.base, "", None)
    }

    /// `http://127.0.0.1:PORT`
    pub fn base(&self) -> &str {
        &self.base
    }

    /// Id of the server's process.
    pub fn pid(&self) -> u32 {
        self.server.as_ref().expect("a running server").id()
    }

    /// Ends the server as a power cut would.
    pub fn kill(&mut self) {
        let mut server = self.server.take().expect("a running server");
        server.kill().expect("it runs");
        server.wait().expect("it ends");
    }

    /// Waits until a submission is raced, and gives back what the league says of it.
    #[track_caller]
    pub fn raced(&self, person: &Person, submission: &str) -> Value {
        wait_for("a submission to be raced", || {
            let answer = person.get(&format!("/api/v1/submissions/{submission}")).expect(200).json();
            let is_done = !matches!(answer["status"].as_str(), Some("queued" | "running"));
            is_done.then_some(answer)
        })
    }

    /// The board of a race, people and baselines.
    #[track_caller]
    pub fn board(&self, race: &str) -> Vec<Value> {
        let path = format!("/api/v1/races/{race}/leaderboard?limit=100");
        let board = self.anonymous().get(&path).expect(200).json();
        board["entries"].as_array().expect("a list").clone()
    }

    /// The people on the board of a race, without baselines.
    #[track_caller]
    pub fn people_on_board(&self, race: &str) -> Vec<Value> {
        self.board(race).into_iter().filter(|entry| entry["kind"] == "person").collect()
    }

    fn command<'a>(&self, arguments: impl IntoIterator<Item = &'a str>) -> Command {
        let mut command = Command::new(program("league-server"));
        command.args(arguments).current_dir(self.folder.path());
        command.envs(self.environment.iter().map(|(name, value)| (name, value)));
        command
    }
}

impl Drop for TestLeague {
    fn drop(&mut self) {
        if let Some(mut server) = self.server.take() {
            let _ = server.kill();
            let _ = server.wait();
        }
    }
}

/// Waits until `look` sees something.
#[track_caller]
pub fn wait_for<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let start = Instant::now();
    loop {
        if let Some(seen) = look() {
            return seen;
        }
        assert!(start.elapsed() < PATIENCE, "waited in vain for {what}");
        thread::sleep(LOOK_EVERY);
    }
}
