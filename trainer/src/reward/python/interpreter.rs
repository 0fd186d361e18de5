//! The racer's own Python.

use crate::failure::Failure;
use std::{
    env,
    path::{Path, PathBuf},
    process::Command,
    sync::OnceLock,
};

/// Names the interpreter, where `python3` is not the one.
const VARIABLE: &str = "PADDOCK_PYTHON";
/// What is looked for on the `PATH` otherwise.
const NAMES: [&str; 2] = ["python3", "python"];
/// What a worker finds in its environment: where programs, people and packages are, and nothing that could make two runs
/// differ or that is secret.
const KEPT: [&str; 18] = [
    "PATH",
    "HOME",
    "USERPROFILE",
    "APPDATA",
    "SYSTEMROOT",
    "TMPDIR",
    "TEMP",
    "TMP",
    "LANG",
    "LC_ALL",
    "LD_LIBRARY_PATH",
    "DYLD_LIBRARY_PATH",
    "PYTHONPATH",
    "PYTHONHOME",
    "PYTHONUSERBASE",
    "VIRTUAL_ENV",
    "CONDA_PREFIX",
    "PYENV_ROOT",
];
/// What it finds besides: the same hashes in every run, UTF-8 everywhere, and one thread per worker, since there is a
/// worker per core.
const SET: [(&str, &str); 6] = [
    ("PYTHONHASHSEED", "0"),
    ("PYTHONUTF8", "1"),
    ("OMP_NUM_THREADS", "1"),
    ("OPENBLAS_NUM_THREADS", "1"),
    ("MKL_NUM_THREADS", "1"),
    ("NUMEXPR_NUM_THREADS", "1"),
];

/// A Python interpreter.
#[derive(Debug, Clone)]
pub struct Python {
    path: PathBuf,
}

impl Python {
    /// The interpreter that `PADDOCK_PYTHON` names, or `python3` on the `PATH`.
    pub fn find() -> Result<Self, Failure> {
        static FOUND: OnceLock<Result<Python, String>> = OnceLock::new();
        let search = || match env::var_os(VARIABLE) {
            Some(named) => Self::at(Path::new(&named)),
            None => NAMES.iter().find_map(|name| Self::at(Path::new(name)).ok()).ok_or_else(|| {
                format!("there is no python3 on the PATH; install Python 3.9 or later, or name one with {VARIABLE}")
            }),
        };
        FOUND.get_or_init(search).clone().map_err(Failure::BadInput)
    }

    /// The interpreter of that name. Version managers put scripts in its place, which choose by the folder that they are
    /// called in; so it is asked here where it really is.
    pub fn at(name: &Path) -> Result<Self, String> {
        let question = ["-c", "import sys; print(sys.executable)"];
        let cannot = |why: String| format!("{} is no Python: {why}; name one with {VARIABLE}", name.display());
        let output = Command::new(name).args(question).output().map_err(|error| cannot(error.to_string()))?;
        let path = String::from_utf8_lossy(&output.stdout).trim().to_owned();
        match output.status.success() && !path.is_empty() {
            true => Ok(Self { path: path.into() }),
            false => Err(cannot("it did not say where it is".into())),
        }
    }

    /// A command that runs `code` in `folder`.
    pub fn command(&self, code: &str, folder: &Path) -> Command {
        let mut command = Command::new(&self.path);
        let kept = KEPT.iter().filter_map(|name| env::var_os(name).map(|value| (name, value)));
        // No compiled files are left behind (-B): a reward writes nothing.
        command.args(["-B", "-c", code]).current_dir(folder).env_clear().envs(kept).envs(SET);
        command
    }
}
