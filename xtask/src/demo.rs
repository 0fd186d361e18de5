//! `cargo xtask demo`: from nothing to an agent of one's own on a leaderboard.

use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};

use crate::league::League;
use crate::options::DemoOptions;
use crate::process::{self, Result};
use crate::report::step;
use crate::rookie::{self, Rookie};
use crate::setup;
use crate::workspace::Workspace;

/// The demo season's race on the built-in track that the agent trains on.
const RACE: &str = "harbour-sprint";
/// Laps of that race.
const LAPS: u32 = 3;

/// Runs the demo. With `exit` the error says why the fresh agent did not finish its race.
pub fn run(workspace: &Workspace, options: &DemoOptions) -> Result<()> {
    // First, so that nobody waits for a training and then learns that the port is taken.
    check_port(options.port)?;
    setup::ensure(workspace)?;
    step("programs", || {
        process::run(workspace.cargo().args(["build", "-p", "trainer", "-p", "league-server", "--bins"]))
    })?;
    let data = data_folder(workspace, options)?;
    let paddock = workspace.program("paddock");
    let run_folder = next_run_folder(&data.join("runs"));
    let policy =
        step("training a first agent (a minute at most)", || rookie::train(&paddock, options.seed, &run_folder))?;

    let league = step("opening the league", || open_league(workspace, &data, options.port))?;
    let (rookie, verdict) = step("racing the agent", || {
        let rookie = Rookie::sign_up(&league, paddock, &data)?;
        let verdict = rookie.submit(&policy, RACE)?;
        Ok((rookie, verdict))
    })?;
    println!();
    rookie.print_board(RACE)?;
    print!("{}", where_to_look(league.url(), &rookie, &data, options.exit));

    let finished = verdict.check(LAPS);
    if options.exit {
        league.close()?;
        return finished;
    }
    if let Err(reason) = finished {
        eprintln!("xtask: {reason}; another `--seed` may do better");
    }
    league.keep_open()
}

fn check_port(port: u16) -> Result<()> {
    match TcpListener::bind(("127.0.0.1", port)) {
        Ok(_) => Ok(()),
        Err(error) => Err(format!("port {port} of 127.0.0.1 cannot be used ({error}): choose another with --port")),
    }
}

fn data_folder(workspace: &Workspace, options: &DemoOptions) -> Result<PathBuf> {
    let folder = options.data.clone().unwrap_or_else(|| workspace.root.join(".paddock/demo"));
    let cannot = |error: std::io::Error| format!("cannot create {}: {error}", folder.display());
    fs::create_dir_all(folder.join("blobs")).map_err(cannot)?;
    fs::create_dir_all(folder.join("runs")).map_err(cannot)?;
    folder.canonicalize().map_err(cannot)
}

/// A folder for one more run: `runs/first-agent`, then `runs/first-agent-2` and so on. Earlier runs are kept.
fn next_run_folder(runs: &Path) -> PathBuf {
    let names = (2..).map(|number: u32| format!("first-agent-{number}"));
    let mut folders = std::iter::once("first-agent".to_owned()).chain(names).map(|name| runs.join(name));
    folders.find(|folder| !folder.exists()).unwrap_or_else(|| runs.join("first-agent"))
}

fn open_league(workspace: &Workspace, data: &Path, port: u16) -> Result<League> {
    let token = rookie::token_file(data);
    if !data.join("league.db").exists() && token.exists() {
        // The token of a league that is gone opens nothing in a new one.
        fs::remove_file(&token).map_err(|error| format!("cannot remove {}: {error}", token.display()))?;
    }
    let league = League::open(workspace, data, port)?;
    league.admin(&["demo-season"], "")?;
    Ok(league)
}

fn where_to_look(url: &str, rookie: &Rookie, data: &Path, exit: bool) -> String {
    let token = rookie::token_file(data);
    let token = token.display();
    let password = rookie.password.as_deref().unwrap_or("(the one you chose)");
    let paddock = "cargo run -q -p trainer --bin paddock --";
    let mut text = format!(
        "
The league is at  {url}
  sign in         {handle}, password {password}
  train your own  {paddock} train --track harbour --seconds 120 --out .paddock/runs/mine
  enter it        PADDOCK_LEAGUE={url} PADDOCK_TOKEN=$(cat '{token}') {paddock} submit .paddock/runs/mine/policy.safetensors --race {RACE} --wait
",
        handle = rookie::HANDLE,
    );
    text += if exit { "The league closes now; without --exit it stays open.\n" } else { "Ctrl-C closes the league.\n" };
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_taken_port_is_named_with_the_way_out() {
        let taken = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let port = taken.local_addr().unwrap().port();
        let complaint = check_port(port).unwrap_err();
        assert!(complaint.contains(&port.to_string()) && complaint.contains("--port"), "{complaint}");
        drop(taken);
        assert_eq!(check_port(port), Ok(()));
    }

    #[test]
    fn every_run_has_its_own_folder() {
        let runs = std::env::temp_dir().join(format!("paddock-runs-{}", std::process::id()));
        for name in ["first-agent", "first-agent-2", "first-agent-3"] {
            let folder = next_run_folder(&runs);
            assert_eq!(folder, runs.join(name));
            fs::create_dir_all(folder).unwrap();
        }
        fs::remove_dir_all(&runs).unwrap();
    }
}
