//! The web app: its packages and its build, each made again only when what it is made of has changed.
//!
//! It is built before any Rust: league-server carries `web/dist` inside itself.

use std::fs;
use std::hash::{DefaultHasher, Hasher};
use std::io;
use std::path::{Path, PathBuf};

use crate::process::{Result, npm, run};
use crate::report::{note, step};
use crate::workspace::Workspace;

/// What decides which packages are installed.
const PACKAGE_FILES: &[&str] = &["package.json", "package-lock.json"];
/// What a build makes or reads from elsewhere; everything else in `web/` is a source.
const NOT_SOURCES: &[&str] = &["node_modules", "dist", "coverage"];
/// Digests of what the packages and the build were made of; they go when `node_modules` goes.
const PACKAGES_STAMP: &str = "node_modules/.paddock-packages";
const BUILD_STAMP: &str = "node_modules/.paddock-build";

/// Makes `web/dist` current.
pub fn ensure(workspace: &Workspace) -> Result<()> {
    let web = workspace.root.join("web");
    let failed = |error: io::Error| format!("cannot read or write in {}: {error}", web.display());

    let packages: Vec<PathBuf> = PACKAGE_FILES.iter().map(PathBuf::from).collect();
    let packages = digest(&web, &packages).map_err(failed)?;
    if is_current(&web, PACKAGES_STAMP, &packages) {
        note("web packages: up to date");
    } else {
        step("web packages", || install(&web))?;
        stamp(&web, PACKAGES_STAMP, &packages).map_err(failed)?;
    }

    let source_digest = || sources(&web).and_then(|files| digest(&web, &files)).map_err(failed);
    if is_current(&web, BUILD_STAMP, &source_digest()?) && web.join("dist/index.html").is_file() {
        note("web app: up to date");
        return Ok(());
    }
    step("web app", || run(npm().args(["run", "--silent", "build"]).current_dir(&web)))?;
    // Digested again: a build also generates sources.
    stamp(&web, BUILD_STAMP, &source_digest()?).map_err(failed)
}

fn install(web: &Path) -> Result<()> {
    let how = if web.join("package-lock.json").exists() { "ci" } else { "install" };
    run(npm().args([how, "--no-audit", "--no-fund"]).current_dir(web))
}

fn is_current(web: &Path, stamp: &str, digest: &str) -> bool {
    fs::read_to_string(web.join(stamp)).is_ok_and(|present| present == digest)
}

fn stamp(web: &Path, stamp: &str, digest: &str) -> io::Result<()> {
    // npm makes no such folder for an app without packages.
    fs::create_dir_all(web.join("node_modules"))?;
    fs::write(web.join(stamp), digest)
}

/// All source files, relative to `web`, in a fixed order.
fn sources(web: &Path) -> io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    let mut folders = vec![PathBuf::new()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(web.join(&folder))? {
            let entry = entry?;
            let path = folder.join(entry.file_name());
            if NOT_SOURCES.iter().any(|name| path == Path::new(name)) {
                continue;
            }
            match entry.file_type()?.is_dir() {
                true => folders.push(path),
                false => files.push(path),
            }
        }
    }
    files.sort();
    Ok(files)
}

/// A digest of names and contents. Contents rather than times: git gives every file it checks out a new time.
fn digest(web: &Path, files: &[PathBuf]) -> io::Result<String> {
    let mut hasher = DefaultHasher::new();
    for file in files {
        let content = match fs::read(web.join(file)) {
            Ok(content) => content,
            // A file that is not there, such as a lock file before the first install, counts as empty.
            Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
            Err(error) => return Err(error),
        };
        for part in [file.as_os_str().as_encoded_bytes(), &content] {
            hasher.write_usize(part.len());
            hasher.write(part);
        }
    }
    Ok(format!("{:016x}", hasher.finish()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_of_a_source_is_seen_and_nothing_else() {
        let web = std::env::temp_dir().join(format!("paddock-web-{}", std::process::id()));
        for (file, content) in
            [("src/main.ts", "1"), ("index.html", "2"), ("dist/index.html", "3"), ("node_modules/a", "4")]
        {
            fs::create_dir_all(web.join(file).parent().unwrap()).unwrap();
            fs::write(web.join(file), content).unwrap();
        }
        let now = || digest(&web, &sources(&web).unwrap()).unwrap();
        assert_eq!(sources(&web).unwrap(), [Path::new("index.html"), Path::new("src/main.ts")]);

        let before = now();
        fs::write(web.join("dist/index.html"), "built").unwrap();
        assert_eq!(now(), before);
        fs::write(web.join("src/main.ts"), "changed").unwrap();
        assert_ne!(now(), before);
        fs::write(web.join("src/main.ts"), "1").unwrap();
        assert_eq!(now(), before);
        fs::rename(web.join("src/main.ts"), web.join("src/other.ts")).unwrap();
        assert_ne!(now(), before);
        fs::remove_dir_all(&web).unwrap();
    }
}
