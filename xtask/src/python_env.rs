//! A Python environment for the tests, made once per machine in the cache: TensorBoard, `deepracer-utils` and onnxruntime
//! read there what Paddock writes.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::prerequisites::as_root;
use crate::process::{Result, answer, python, run};
use crate::report::{note, step};
use crate::signals;
use crate::workspace::Workspace;

const REQUIREMENTS: &str = include_str!("test_requirements.txt");
/// In a finished environment: what it was made of. Written last, so an environment without it is not whole.
const STAMP: &str = "paddock-requirements.txt";
/// The minor versions of CPython 3 that the requirements have wheels for.
const MINOR_VERSIONS: std::ops::RangeInclusive<u32> = 9..=13;

/// The Python to test with; `PADDOCK_TEST_PYTHON` wins.
pub fn ensure(workspace: &Workspace) -> Result<PathBuf> {
    if let Some(chosen) = std::env::var_os("PADDOCK_TEST_PYTHON") {
        let chosen = PathBuf::from(chosen);
        return match chosen.is_file() {
            true => Ok(chosen),
            false => Err(format!("PADDOCK_TEST_PYTHON is {}, where no program is", chosen.display())),
        };
    }
    let version = answer(python(), &["--version"]).ok_or("Python 3 is missing")?;
    if !minor_version(&version).is_some_and(|minor| MINOR_VERSIONS.contains(&minor)) {
        let (oldest, newest) = (MINOR_VERSIONS.start(), MINOR_VERSIONS.end());
        return Err(format!(
            "the tests need Python 3.{oldest} to 3.{newest}, this one is {version}: put such a one first on the PATH"
        ));
    }
    let folder = workspace.cache.join("test-python");
    let (program, stamp) = (program_in(&folder), format!("# {version}\n{REQUIREMENTS}"));
    let is_whole = |stamp: &str| fs::read_to_string(folder.join(STAMP)).is_ok_and(|made_of| made_of == stamp);
    if is_whole(&stamp) && program.is_file() {
        note(&format!("Python for the tests: ready in {}", folder.display()));
    } else {
        step("Python environment for the tests (once per machine)", || build(&folder, &program, &stamp))?;
    }
    Ok(program)
}

fn build(folder: &Path, program: &Path, stamp: &str) -> Result<()> {
    if answer(python(), &["-c", "import ensurepip, venv"]).is_none() {
        return Err(missing_venv());
    }
    let cannot = |error: std::io::Error| format!("cannot write {}: {error}", folder.display());
    if folder.exists() {
        fs::remove_dir_all(folder).map_err(cannot)?;
    }
    run(Command::new(python()).args(["-m", "venv"]).arg(folder))?;
    let requirements = folder.join("requirements.txt");
    fs::write(&requirements, REQUIREMENTS).map_err(cannot)?;
    let mut pip = Command::new(program);
    pip.args([
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "--no-input",
        "--only-binary",
        ":all:",
    ]);
    run(pip.arg("--requirement").arg(&requirements)).map_err(not_installed)?;
    fs::write(folder.join(STAMP), stamp).map_err(cannot)
}

/// pip has said on stderr what went wrong; this adds what to do.
fn not_installed(reason: String) -> String {
    if signals::stop_requested() {
        return reason;
    }
    "Python packages for the tests could not be installed, for the reason above: run the command again".into()
}

/// Debian keeps the module in a package of its own.
fn missing_venv() -> String {
    if Path::new("/etc/debian_version").exists() {
        let command = as_root("apt-get install python3-venv");
        return format!("Python's module venv is missing: install it with `{command}`");
    }
    "Python's module venv is missing: install a Python that has it".into()
}

fn program_in(folder: &Path) -> PathBuf {
    folder.join(if cfg!(windows) { "Scripts/python.exe" } else { "bin/python" })
}

/// The minor number of what `python --version` prints, such as `Python 3.11.7`.
fn minor_version(version: &str) -> Option<u32> {
    version.trim().strip_prefix("Python 3.")?.split('.').next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn python_versions() {
        assert_eq!(minor_version("Python 3.11.7\n"), Some(11));
        assert_eq!(minor_version("Python 3.13"), Some(13));
        assert_eq!(minor_version("Python 2.7.18"), None);
    }

    #[test]
    fn every_requirement_is_pinned() {
        for line in REQUIREMENTS.lines().filter(|line| !line.starts_with('#')) {
            assert!(
                line.split_once("==").is_some_and(|(name, version)| !name.is_empty() && !version.is_empty()),
                "{line}"
            );
        }
    }
}
