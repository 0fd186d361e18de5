//! Where the league is and who one is there: from the environment, or as `paddock login` remembered it.

use crate::failure::{Failure, bad_input, not_done};
use serde::{Deserialize, Serialize};
use std::{
    env, fs,
    io::Write,
    path::{Path, PathBuf},
};

/// A league and a token for it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Credentials {
    /// `http://HOST:PORT`, without a slash at the end.
    pub league: String,
    /// Without one, only what everybody sees can be seen.
    pub token: Option<String>,
}

impl Credentials {
    /// `PADDOCK_LEAGUE` and `PADDOCK_TOKEN` if the league is set, else what was remembered.
    pub fn load() -> Result<Self, Failure> {
        if let Ok(league) = env::var("PADDOCK_LEAGUE") {
            let token = env::var("PADDOCK_TOKEN").ok().filter(|token| !token.is_empty());
            return Ok(Self { league: league.trim_end_matches('/').into(), token });
        }
        let path = file()?;
        let text = fs::read_to_string(&path)
            .map_err(|_| bad_input("no league is known", "say `paddock login URL` first, or set PADDOCK_LEAGUE"))?;
        serde_json::from_str(&text).map_err(|error| bad_input(path.display(), format!("{error}; log in again")))
    }

    /// Remembers them in a file that only its owner can read. Says where.
    pub fn save(&self) -> Result<PathBuf, Failure> {
        let path = file()?;
        let cannot = |error: std::io::Error| not_done(path.display(), error);
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).map_err(cannot)?;
        }
        let text = serde_json::to_string_pretty(self).expect("credentials are plain data");
        // Made anew, since the rights of a file that is there already would stay as they are.
        let partial = path.with_extension("partial");
        let _ = fs::remove_file(&partial);
        create_private(&partial).and_then(|mut file| file.write_all(text.as_bytes())).map_err(cannot)?;
        fs::rename(&partial, &path).map_err(cannot)?;
        Ok(path)
    }
}

/// `paddock/league.json` in the user's folder for settings.
fn file() -> Result<PathBuf, Failure> {
    let of = |name: &str| env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let folder = of("XDG_CONFIG_HOME")
        .or_else(|| of("APPDATA"))
        .or_else(|| of("HOME").map(|home| home.join(".config")))
        .ok_or_else(|| bad_input("no folder for settings", "set HOME, or PADDOCK_LEAGUE and PADDOCK_TOKEN"))?;
    Ok(folder.join("paddock").join("league.json"))
}

fn create_private(path: &Path) -> std::io::Result<fs::File> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}
