//! A Chromium for the browser tests: the one that is there, else Debian's.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::prerequisites::as_root;
use crate::process::{Result, find_program, run};
use crate::report::{note, step};
use crate::signals;

/// What Chromium is called on a PATH, best first.
const NAMES: &[&str] = &["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"];
/// Where macOS keeps it.
const MAC_PROGRAMS: &[&str] = &[
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
];

/// The Chromium to test with; `PADDOCK_CHROMIUM` wins. Installs Debian's if there is none and we may.
pub fn ensure() -> Result<PathBuf> {
    if let Some(chosen) = std::env::var_os("PADDOCK_CHROMIUM") {
        let chosen = PathBuf::from(chosen);
        return match chosen.is_file() {
            true => Ok(chosen),
            false => Err(format!("PADDOCK_CHROMIUM is {}, where no program is", chosen.display())),
        };
    }
    let chromium = match find() {
        Some(chromium) => chromium,
        None if signals::is_root() && find_program(&["apt-get"]).is_some() => {
            step("Chromium for the browser tests", install)?;
            find().ok_or("apt-get installed no Chromium: install one and set PADDOCK_CHROMIUM to its program")?
        }
        None => return Err(missing()),
    };
    note(&format!("Chromium: {}", chromium.display()));
    Ok(chromium)
}

fn find() -> Option<PathBuf> {
    let mac = || MAC_PROGRAMS.iter().map(PathBuf::from).find(|program| program.is_file());
    find_program(NAMES).or_else(mac)
}

fn install() -> Result<()> {
    let apt = |arguments: &[&str]| {
        run(Command::new("apt-get").args(["--quiet", "--yes"]).args(arguments).env("DEBIAN_FRONTEND", "noninteractive"))
    };
    apt(&["update"])?;
    apt(&["install", "--no-install-recommends", "chromium"])
}

fn missing() -> String {
    let command = if cfg!(target_os = "macos") {
        "brew install --cask chromium".into()
    } else if Path::new("/etc/debian_version").exists() {
        as_root("apt-get install chromium")
    } else {
        return "the browser tests need Chromium: install it and set PADDOCK_CHROMIUM to its program".into();
    };
    format!("the browser tests need Chromium: install it with `{command}`")
}
