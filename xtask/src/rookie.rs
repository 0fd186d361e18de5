//! The demo's racer: signs up once, then trains and enters agents as any racer does, with the program `paddock`.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::league::League;
use crate::process::{self, Result, answer, python};
use crate::report::note;
use crate::signals;

/// The racer's name in the league.
pub const HANDLE: &str = "rookie";

/// What the league said about an entered agent.
#[derive(Debug, PartialEq, Eq)]
pub struct Verdict(String);

/// A racer with access to one league.
pub struct Rookie {
    paddock: PathBuf,
    league_url: String,
    token: String,
    /// For signing in on the web; `None` if it was set elsewhere or lost.
    pub password: Option<String>,
}

impl Rookie {
    /// Signs up in the league, or finds the token that an earlier demo kept in `data`.
    pub fn sign_up(league: &League, paddock: PathBuf, data: &Path) -> Result<Self> {
        let (token_file, password_file) = (token_file(data), data.join("rookie.password"));
        let kept = |file: &Path| fs::read_to_string(file).ok().map(|text| text.trim().to_owned());
        let token = match kept(&token_file) {
            Some(token) if !token.is_empty() => token,
            _ => {
                let token = match first_sign_up(league, &password_file)? {
                    Some(token) => token,
                    None => league.admin(&["add-token", "--handle", HANDLE, "--name", "demo"], "")?,
                };
                keep_secret(&token_file, &token)?;
                token
            }
        };
        Ok(Self { paddock, league_url: league.url().to_owned(), token, password: kept(&password_file) })
    }

    /// Enters a policy in a race, waits until it has been raced, and returns what came of it.
    pub fn submit(&self, policy: &Path, race: &str) -> Result<Verdict> {
        let mut command = self.paddock(&["submit"]);
        command.arg(policy).args(["--race", race, "--wait", "--json"]);
        let submitted = process::capture(&mut command)?;
        if submitted.stdout.trim().is_empty() {
            return Err(format!("the agent was not entered: `paddock submit` ended with {}", submitted.status));
        }
        Verdict::read(&submitted.stdout)
    }

    /// Prints the leaderboard of a race on stdout.
    pub fn print_board(&self, race: &str) -> Result<()> {
        process::run(&mut self.paddock(&["board", race]))
    }

    fn paddock(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.paddock);
        command.args(arguments).env("PADDOCK_LEAGUE", &self.league_url).env("PADDOCK_TOKEN", &self.token);
        command
    }
}

impl Verdict {
    /// From the submission that `paddock submit --wait --json` prints. Python reads the JSON: set-up has made sure that
    /// it is there, and a JSON crate would take longer to build than the rest of xtask.
    fn read(json: &str) -> Result<Self> {
        const SUMMARY: &str = "import json, sys; s = json.loads(sys.argv[1]); r = s.get('result') or {}; \
                               print(s['status'], r.get('status'), r.get('completed_laps'))";
        answer(python(), &["-c", SUMMARY, json])
            .map(Self)
            .ok_or_else(|| format!("`paddock submit --json` printed no submission: {}", json.trim()))
    }

    /// Whether the agent finished its race: all laps of it, in time.
    pub fn check(&self, laps: u32) -> Result<()> {
        if self.0 == format!("finished finished {laps}") {
            return Ok(());
        }
        Err(format!("the fresh agent did not finish its race (submission, race, laps: {}; wanted {laps} laps)", self.0))
    }
}

/// Where the racer's token is kept.
pub fn token_file(data: &Path) -> PathBuf {
    data.join("rookie.token")
}

/// The new racer's token; `None` if the league knows the racer already, from a demo whose token is lost.
fn first_sign_up(league: &League, password_file: &Path) -> Result<Option<String>> {
    let password = answer(python(), &["-c", "import secrets; print(secrets.token_urlsafe(12))"])
        .ok_or("Python made no password")?;
    let Ok(token) = league.admin(&["add-person", "--handle", HANDLE, "--password-stdin"], &format!("{password}\n"))
    else {
        return Ok(None);
    };
    keep_secret(password_file, &password)?;
    Ok(Some(token))
}

/// Writes a file that only its owner may read, from its first byte on.
fn keep_secret(path: &Path, secret: &str) -> Result<()> {
    let cannot = |error: std::io::Error| format!("cannot write {}: {error}", path.display());
    if path.exists() {
        fs::remove_file(path).map_err(cannot)?;
    }
    let mut options = File::options();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path).map_err(cannot)?;
    writeln!(file, "{secret}").map_err(cannot)
}

/// Trains an agent with `paddock`; returns its policy.
pub fn train(paddock: &Path, seed: u64, out: &Path) -> Result<PathBuf> {
    let mut command = Command::new(paddock);
    command.args(["train", "--track", "harbour", "--until-laps", "3", "--seconds", "60", "--seed", &seed.to_string()]);
    let outcome = process::run(command.arg("--out").arg(out).stdout(Stdio::null()));
    let policy = out.join("policy.safetensors");
    match outcome {
        // Without a policy there is nothing to enter. With one, the time was up before the agent drove its laps.
        Err(reason) if !policy.is_file() || signals::stop_requested() => Err(reason),
        Err(_) => {
            note("it has not driven all laps yet; it is entered as it is");
            Ok(policy)
        }
        Ok(()) => Ok(policy),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn verdicts() {
        let finished = r#"{"id":"a","status":"finished","result":{"status":"finished","completed_laps":3,"laps":[]}}"#;
        assert_eq!(Verdict::read(finished).unwrap().check(3), Ok(()));
        let slow = r#"{"status":"finished","result":{"status":"time_up","completed_laps":1}}"#;
        assert!(Verdict::read(slow).unwrap().check(3).unwrap_err().contains("finished time_up 1"));
        let failed = r#"{"status":"failed","result":null}"#;
        assert!(Verdict::read(failed).unwrap().check(3).unwrap_err().contains("failed None None"));
        assert!(Verdict::read("no json").is_err());
    }

    #[cfg(unix)]
    #[test]
    fn a_secret_is_for_its_owner_only() {
        use std::os::unix::fs::PermissionsExt;
        let file = std::env::temp_dir().join(format!("paddock-secret-{}", std::process::id()));
        for secret in ["first", "second"] {
            keep_secret(&file, secret).unwrap();
            assert_eq!(fs::read_to_string(&file).unwrap(), format!("{secret}\n"));
            assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
        }
        fs::remove_file(&file).unwrap();
    }
}
