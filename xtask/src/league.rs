//! The demo's league: one `league-server` in the background that never outlives xtask.

use std::fs::{self, File};
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use crate::process::{self, Result};
use crate::signals;
use crate::workspace::Workspace;

/// How long a league may take until it listens: it migrates its database first.
const OPENING: Duration = Duration::from_secs(60);
/// How often the wait for it looks whether it has ended.
const GLANCE: Duration = Duration::from_millis(100);
/// What the server prints on stdout when it listens.
const LISTENING: &str = "listening on ";

/// A running league. Dropping it stops the server, so that no error on the way leaves one behind.
pub struct League {
    server: Child,
    program: PathBuf,
    data: PathBuf,
    url: String,
}

impl League {
    /// Opens the league of the folder `data` on a port of 127.0.0.1 and waits until it listens.
    pub fn open(workspace: &Workspace, data: &Path, port: u16) -> Result<Self> {
        let program = workspace.program("league-server");
        let log_path = data.join("league-server.log");
        let log = File::create(&log_path).map_err(|error| format!("cannot write {}: {error}", log_path.display()))?;
        let mut command = league_server(&program, data);
        command.arg("serve").env("PADDOCK_LISTEN", format!("127.0.0.1:{port}"));
        let server = process::spawn(command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(log))?;
        let mut league = Self { server, program, data: data.to_owned(), url: String::new() };
        league.url = league.wait_until_open().map_err(|reason| {
            let log = fs::read_to_string(&log_path).unwrap_or_default();
            let last = log.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or("nothing");
            format!("{reason}; its log, {}, ends with: {last}", log_path.display())
        })?;
        Ok(league)
    }

    /// Address to open in a browser, such as `http://127.0.0.1:8080`.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// `league-server admin ...`: what it printed, or its complaint. `input` goes to its stdin.
    pub fn admin(&self, arguments: &[&str], input: &str) -> Result<String> {
        let mut command = league_server(&self.program, &self.data);
        command.arg("admin").args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = process::spawn(&mut command)?;
        if let Some(mut stdin) = child.stdin.take() {
            // A program that does not read its input may close it; its status tells whether that was a failure.
            let _ = std::io::Write::write_all(&mut stdin, input.as_bytes());
        }
        let name = arguments.first().copied().unwrap_or_default();
        let output = child.wait_with_output().map_err(|error| format!("cannot wait for admin {name}: {error}"))?;
        if output.status.success() {
            return Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned());
        }
        let complaint = String::from_utf8_lossy(&output.stderr);
        Err(format!("`league-server admin {name}` failed: {}", complaint.trim()))
    }

    /// Keeps the league open until somebody asks us to stop. A server that ends on its own is an error.
    pub fn keep_open(mut self) -> Result<()> {
        loop {
            if signals::stop_requested() {
                return self.close();
            }
            if let Ok(Some(status)) = self.server.try_wait() {
                // At a terminal Ctrl-C reaches the server too, and it may be the first to act on it.
                std::thread::sleep(GLANCE);
                return if signals::stop_requested() { Ok(()) } else { Err(format!("the league ended with {status}")) };
            }
            std::thread::sleep(GLANCE);
        }
    }

    /// Stops the server and waits until it is gone. That it had to be killed is an error.
    pub fn close(mut self) -> Result<()> {
        process::end(&mut self.server)
            .map(|_| ())
            .ok_or_else(|| "the league did not stop when asked and was killed".into())
    }

    fn wait_until_open(&mut self) -> Result<String> {
        let stdout = self.server.stdout.take().ok_or("a pipe that was asked for is missing")?;
        let lines = read_lines(BufReader::new(stdout));
        let begun = Instant::now();
        while begun.elapsed() < OPENING {
            match lines.recv_timeout(GLANCE) {
                Ok(line) => {
                    if let Some(url) = line.trim().strip_prefix(LISTENING) {
                        return Ok(url.to_owned());
                    }
                }
                Err(RecvTimeoutError::Timeout) if signals::stop_requested() => return Err("interrupted".into()),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return Err("the league did not open".into()),
            }
        }
        Err(format!("the league did not open within {} s", OPENING.as_secs()))
    }
}

impl Drop for League {
    fn drop(&mut self) {
        process::end(&mut self.server);
    }
}

fn league_server(program: &Path, data: &Path) -> Command {
    let mut database = std::ffi::OsString::from("sqlite:");
    database.push(data.join("league.db"));
    let mut command = Command::new(program);
    command.env("PADDOCK_DATABASE_URL", database).env("PADDOCK_DATA", data.join("blobs"));
    command
}

/// Lines as they come. Goes on reading when nobody listens any more: a full pipe would stop the server.
fn read_lines(reader: impl BufRead + Send + 'static) -> Receiver<String> {
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || {
        for line in reader.lines() {
            let Ok(line) = line else { break };
            // Nobody listens after the first line that matters.
            let _ = sender.send(line);
        }
    });
    receiver
}
