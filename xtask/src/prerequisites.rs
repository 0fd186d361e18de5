//! What must be on the machine before set-up can do anything: a C++ compiler, Python 3 with pip, Node and npm.
//! Rust is there, or this would not run.

use crate::process::{Result, answer, find_program, python};
use crate::signals;

/// The oldest Node that builds and tests the web app: major and minor number.
const OLDEST_NODE: (u32, u32) = (20, 19);

/// How one thing is installed, per platform.
struct Installer {
    apt: &'static str,
    brew: &'static str,
    winget: &'static str,
}

const COMPILER: Installer = Installer {
    apt: "apt-get install g++",
    brew: "xcode-select --install",
    winget: "winget install Microsoft.VisualStudio.2022.BuildTools",
};
const PYTHON: Installer = Installer {
    apt: "apt-get install python3 python3-pip",
    brew: "brew install python",
    winget: "winget install Python.Python.3.12",
};
const NODE: Installer = Installer {
    apt: "apt-get install nodejs npm",
    brew: "brew install node",
    winget: "winget install OpenJS.NodeJS.LTS",
};
/// Debian's own Node may be too old, but its npm can fetch a newer one.
const NEWER_NODE: Installer = Installer {
    apt: "npm install --global node@22",
    brew: "brew upgrade node",
    winget: "winget upgrade OpenJS.NodeJS.LTS",
};

/// Checks all of them. The error names each missing one in a line of its own, with the command that installs it.
pub fn check() -> Result<()> {
    let missing: Vec<String> = [compiler(), pip(), node(), npm()].into_iter().flatten().collect();
    if missing.is_empty() { Ok(()) } else { Err(missing.join("\nxtask: ")) }
}

fn compiler() -> Option<String> {
    // The crate that compiles C++ takes $CXX or `c++`; on Windows it finds Visual Studio by itself.
    let found = cfg!(windows) || std::env::var_os("CXX").is_some() || find_program(&["c++"]).is_some();
    (!found).then(|| complaint("a C++ compiler (`c++`) is missing", &COMPILER))
}

fn pip() -> Option<String> {
    if answer(python(), &["-m", "pip", "--version"]).is_some() {
        return None;
    }
    let what = match find_program(&[python()]) {
        Some(_) => "Python 3 has no pip",
        None => "Python 3 is missing",
    };
    Some(complaint(what, &PYTHON))
}

fn node() -> Option<String> {
    let Some(version) = answer("node", &["--version"]) else {
        return Some(complaint("Node is missing", &NODE));
    };
    if node_version(&version).is_some_and(|present| present >= OLDEST_NODE) {
        return None;
    }
    let (major, minor) = OLDEST_NODE;
    Some(complaint(&format!("Node {major}.{minor} or newer is needed, this one is {version}"), &NEWER_NODE))
}

fn npm() -> Option<String> {
    find_program(&["npm", "npm.cmd"]).is_none().then(|| complaint("npm is missing", &NODE))
}

fn complaint(what: &str, installer: &Installer) -> String {
    format!("{what}: install it with `{}`", command(installer))
}

fn command(installer: &Installer) -> String {
    if cfg!(target_os = "macos") {
        installer.brew.into()
    } else if cfg!(windows) {
        installer.winget.into()
    } else {
        as_root(installer.apt)
    }
}

/// A command that needs root, as this user has to type it.
pub fn as_root(command: &str) -> String {
    if signals::is_root() { command.into() } else { format!("sudo {command}") }
}

/// Major and minor number of what `node --version` prints, such as `v20.20.2`.
fn node_version(version: &str) -> Option<(u32, u32)> {
    let mut numbers = version.trim().strip_prefix('v')?.split('.');
    Some((numbers.next()?.parse().ok()?, numbers.next()?.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn node_versions() {
        assert_eq!(node_version("v20.20.2\n"), Some((20, 20)));
        assert_eq!(node_version("v9.0.0"), Some((9, 0)));
        assert!(node_version("v18.20.4") < Some(OLDEST_NODE) && node_version("v22.3.0") > Some(OLDEST_NODE));
        for unknown in ["20.20.2", "v", "v20", ""] {
            assert_eq!(node_version(unknown), None, "{unknown}");
        }
    }

    #[test]
    fn a_complaint_is_one_line_with_a_command() {
        let line = complaint("npm is missing", &NODE);
        assert!(line.starts_with("npm is missing: install it with `") && !line.contains('\n'), "{line}");
    }
}
