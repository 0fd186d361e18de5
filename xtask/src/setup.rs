//! Set-up: everything that the two commands need, made ready once and then only checked.

use std::fs::{self, File, TryLockError};
use std::path::PathBuf;

use crate::process::Result;
use crate::report::note;
use crate::workspace::Workspace;
use crate::{chromium, libtorch, prerequisites, python_env, web};

/// `cargo xtask setup`.
pub fn run(workspace: &Workspace, tests: bool) -> Result<()> {
    if tests {
        ensure_for_tests(workspace)?;
    } else {
        ensure(workspace)?;
    }
    note("ready: `cargo xtask demo` shows it, and plain `cargo run` and `cargo test` work in the clone");
    Ok(())
}

/// What a build needs.
pub fn ensure(workspace: &Workspace) -> Result<()> {
    prerequisites::check()?;
    let _only_one = lock(workspace)?;
    libtorch::ensure(workspace)?;
    web::ensure(workspace)
}

/// Programs that the tests start.
pub struct TestPrograms {
    pub chromium: PathBuf,
    pub python: PathBuf,
}

/// What a build and the tests need.
pub fn ensure_for_tests(workspace: &Workspace) -> Result<TestPrograms> {
    ensure(workspace)?;
    let _only_one = lock(workspace)?;
    Ok(TestPrograms { chromium: chromium::ensure()?, python: python_env::ensure(workspace)? })
}

/// Lets one set-up at a time work on this machine. The system opens the lock when its holder ends, however it ends.
fn lock(workspace: &Workspace) -> Result<File> {
    let path = workspace.cache.join("setup.lock");
    let cannot = |error: std::io::Error| format!("cannot lock {}: {error}", path.display());
    fs::create_dir_all(&workspace.cache).map_err(cannot)?;
    let file = File::options().create(true).truncate(false).write(true).open(&path).map_err(cannot)?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            note("another set-up is at work; waiting for it");
            file.lock().map_err(cannot)?;
        }
        Err(TryLockError::Error(error)) => return Err(cannot(error)),
    }
    Ok(file)
}
