//! Where things are: the clone, the cache outside it, the built programs; and cargo as a person in the clone calls it.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::libtorch::UsersLibtorch;
use crate::process::Result;

/// The places that every task needs.
pub struct Workspace {
    /// Root of the clone.
    pub root: PathBuf,
    /// Folder for what is fetched once per machine; the platform's cache folder + `paddock`.
    pub cache: PathBuf,
    /// Folder of the built programs: the one that xtask itself was built into, so the profile and any target
    /// directory that was chosen are right.
    pub bin_dir: PathBuf,
    /// The libtorch that the user wants instead of ours.
    pub users_libtorch: Option<UsersLibtorch>,
}

impl Workspace {
    /// Finds all of it from the environment. Call it once, before set-up changes anything.
    pub fn find() -> Result<Self> {
        // Asked at run time first: with a shared target directory the built xtask may come from another clone.
        let package = std::env::var_os("CARGO_MANIFEST_DIR").unwrap_or_else(|| env!("CARGO_MANIFEST_DIR").into());
        let root = Path::new(&package).parent().ok_or("xtask has no folder above it")?.to_path_buf();
        let program = std::env::current_exe().map_err(|error| format!("cannot find xtask's own file: {error}"))?;
        let bin_dir = program.parent().ok_or("xtask's file has no folder")?.to_path_buf();
        let users_libtorch = UsersLibtorch::find(&root);
        Ok(Self { cache: cache_folder()?, root, bin_dir, users_libtorch })
    }

    /// A program that cargo has built.
    pub fn program(&self, name: &str) -> PathBuf {
        self.bin_dir.join(format!("{name}{}", std::env::consts::EXE_SUFFIX))
    }

    /// cargo in the clone, with the environment of a person who calls it there: `cargo run` gave xtask variables that
    /// build scripts watch, and passing them on would build those packages again at every change between the two ways.
    pub fn cargo(&self) -> Command {
        let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        cargo.current_dir(&self.root);
        for (name, _) in std::env::vars_os() {
            if comes_from_cargo_run(&name) {
                cargo.env_remove(name);
            }
        }
        if self.users_libtorch.is_none() {
            // Ours comes from .cargo/libtorch.toml, as everywhere in the clone.
            cargo.env_remove("LIBTORCH");
        }
        cargo
    }
}

fn comes_from_cargo_run(name: &OsStr) -> bool {
    let Some(name) = name.to_str() else { return false };
    name.starts_with("CARGO_PKG_")
        || name.starts_with("CARGO_MANIFEST_")
        || matches!(name, "CARGO_BIN_NAME" | "CARGO_CRATE_NAME" | "CARGO_PRIMARY_PACKAGE")
}

fn cache_folder() -> Result<PathBuf> {
    let folder = |name: &str| std::env::var_os(name).map(PathBuf::from).filter(|folder| folder.is_absolute());
    let base = if cfg!(windows) {
        folder("LOCALAPPDATA")
    } else if cfg!(target_os = "macos") {
        folder("HOME").map(|home| home.join("Library/Caches"))
    } else {
        // The XDG rule: a relative path there counts as none.
        folder("XDG_CACHE_HOME").or_else(|| folder("HOME").map(|home| home.join(".cache")))
    };
    let base = base.ok_or("no cache folder: set HOME to your home folder")?;
    Ok(base.join("paddock"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_cargo_run_adds_is_taken_away() {
        for name in ["CARGO_PKG_NAME", "CARGO_MANIFEST_DIR", "CARGO_BIN_NAME"] {
            assert!(comes_from_cargo_run(OsStr::new(name)), "{name}");
        }
        for name in ["CARGO_HOME", "CARGO_TARGET_DIR", "CARGO_BUILD_JOBS", "RUSTFLAGS", "PATH"] {
            assert!(!comes_from_cargo_run(OsStr::new(name)), "{name}");
        }
    }
}
