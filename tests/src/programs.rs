//! Our programs, as processes.

use serde_json::Value;
use std::{
    env,
    ffi::OsStr,
    path::{Path, PathBuf},
    process::{Command, Output},
};

/// The path of one of our programs: where `cargo xtask test` built it, or beside this test.
pub fn program(name: &str) -> PathBuf {
    let beside_this_test = || {
        let test = env::current_exe().expect("a running program has a path");
        test.ancestors().nth(2).expect("target/debug/deps/test").to_owned()
    };
    let folder = env::var_os("PADDOCK_BIN_DIR").map_or_else(beside_this_test, PathBuf::from);
    let path = folder.join(name).with_extension(env::consts::EXE_EXTENSION);
    assert!(path.exists(), "{} is missing: run the tests by `cargo xtask test`, which builds it", path.display());
    path
}

/// What a program printed, and how it ended.
#[derive(Debug)]
pub struct Run {
    pub status: i32,
    pub stdout: String,
    pub stderr: String,
}

impl Run {
    /// The one JSON document on stdout.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error} in {self:?}"))
    }

    /// This run, if it ended with status 0.
    #[track_caller]
    pub fn succeeded(self) -> Self {
        assert_eq!(self.status, 0, "{self:?}");
        self
    }

    /// Ended with `status` and one line on stderr that contains `words`.
    #[track_caller]
    pub fn refused(&self, status: i32, words: &str) {
        assert_eq!(self.status, status, "{self:?}");
        assert!(self.stderr.contains(words), "{words:?} in {self:?}");
        assert_eq!(self.stderr.trim_end().lines().count(), 1, "one line: {self:?}");
    }
}

impl From<Output> for Run {
    fn from(output: Output) -> Self {
        Self {
            status: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }
}

/// Runs `paddock` with `arguments`.
pub fn paddock<A: AsRef<OsStr>>(arguments: impl IntoIterator<Item = A>) -> Run {
    paddock_in(&env::temp_dir(), [], arguments)
}

/// Runs `paddock` in a folder with more environment.
pub fn paddock_in<'e, A: AsRef<OsStr>>(
    folder: &Path,
    environment: impl IntoIterator<Item = (&'e str, &'e str)>,
    arguments: impl IntoIterator<Item = A>,
) -> Run {
    let mut command = Command::new(program("paddock"));
    command.current_dir(folder).envs(environment).args(arguments);
    command.output().expect("paddock starts").into()
}

/// Runs a Python script with `arguments`, in the environment that `cargo xtask test` made for it.
pub fn python<A: AsRef<OsStr>>(script: &str, arguments: impl IntoIterator<Item = A>) -> Run {
    let python = env::var_os("PADDOCK_TEST_PYTHON").unwrap_or_else(|| cached_python().into());
    let mut command = Command::new(&python);
    command.args(["-I", "-c", script]).args(arguments);
    let advice = "run the tests by `cargo xtask test`, which makes a Python environment for them";
    command.output().unwrap_or_else(|error| panic!("{}: {error}: {advice}", python.display())).into()
}

/// Chromium as Debian installs it; `cargo xtask test` says where it found one.
pub fn chromium() -> String {
    env::var("PADDOCK_CHROMIUM").unwrap_or_else(|_| "/usr/bin/chromium".into())
}

/// Where that environment is, for a plain `cargo test`.
fn cached_python() -> PathBuf {
    let home = || env::var_os("HOME").map(|home| PathBuf::from(home).join(".cache"));
    let cache = env::var_os("XDG_CACHE_HOME").map(PathBuf::from).or_else(home).unwrap_or_default();
    cache.join("paddock/test-python/bin/python")
}
