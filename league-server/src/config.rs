//! Settings: what a flag says wins over the environment, that over the TOML file, that over the default.

use serde::Deserialize;
use std::{
    num::NonZeroUsize,
    path::{Path, PathBuf},
};

/// Settings that every command understands, as flags or in the environment.
#[derive(Debug, Default, Clone, clap::Args)]
pub struct Flags {
    /// A TOML file that may hold any of these settings
    #[arg(long, global = true, env = "PADDOCK_CONFIG", value_name = "FILE.toml")]
    pub config: Option<PathBuf>,
    /// Where the database is, as sqlite:PATH [default: league.db in the data folder]
    #[arg(long, global = true, env = "PADDOCK_DATABASE_URL", value_name = "URL")]
    pub database_url: Option<String>,
    /// The folder of policies and replays [default: ./paddock-data]
    #[arg(long, global = true, env = "PADDOCK_DATA", value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// Races that this process runs at once [default: the processor's cores]
    #[arg(long, global = true, env = "PADDOCK_RACES_AT_ONCE", value_name = "N")]
    pub races_at_once: Option<NonZeroUsize>,
    /// The address that browsers use, where a proxy stands before the league; with https, cookies are marked Secure
    #[arg(long, global = true, env = "PADDOCK_PUBLIC_URL", value_name = "URL")]
    pub public_url: Option<String>,
}

/// What the TOML file may hold: the same names, with underscores.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    database_url: Option<String>,
    data: Option<PathBuf>,
    listen: Option<String>,
    races_at_once: Option<NonZeroUsize>,
    public_url: Option<String>,
}

/// The settings that hold.
#[derive(Debug, Clone, PartialEq)]
pub struct Config {
    /// The database's file.
    pub database: PathBuf,
    /// The folder of the blobs.
    pub data: PathBuf,
    /// Address and port to listen on; port 0 takes a free one.
    pub listen: String,
    /// Races that this process runs at once. More than there are cores makes each slower and none sooner.
    pub races_at_once: NonZeroUsize,
    /// Whether browsers reach the league by https.
    pub https: bool,
}

/// A setting cannot be used. The sentence says which and why; the program ends with status 2.
#[derive(Debug, PartialEq, thiserror::Error)]
pub enum ConfigError {
    #[error("cannot read the settings in {}: {reason}", path.display())]
    Unreadable { path: PathBuf, reason: String },
    #[error("the settings in {} do not hold: {reason}", path.display())]
    Malformed { path: PathBuf, reason: String },
    #[error("this league keeps its database in SQLite: write sqlite:PATH, not {0}")]
    NotSqlite(String),
    #[error("the database needs a file, so that it survives a restart: write sqlite:PATH, not {0}")]
    NotAFile(String),
    #[error("the public address starts with http:// or https://, {0} does not")]
    NotAnAddress(String),
}

impl Config {
    /// Settles `flags` (the environment is in them already), the file that they name, and the defaults. `listen` is
    /// the flag of `serve`.
    pub fn settle(flags: &Flags, listen: Option<&str>) -> Result<Self, ConfigError> {
        let file = match &flags.config {
            Some(path) => read(path)?,
            None => File::default(),
        };
        let data = flags.data.clone().or(file.data).unwrap_or_else(|| "paddock-data".into());
        let database = match flags.database_url.as_ref().or(file.database_url.as_ref()) {
            Some(url) => sqlite_file(url)?,
            None => data.join("league.db"),
        };
        let https = match flags.public_url.as_ref().or(file.public_url.as_ref()) {
            None => false,
            Some(url) if url.starts_with("https://") => true,
            Some(url) if url.starts_with("http://") => false,
            Some(url) => return Err(ConfigError::NotAnAddress(url.clone())),
        };
        Ok(Self {
            database,
            data,
            listen: listen.map(str::to_owned).or(file.listen).unwrap_or_else(|| "127.0.0.1:8080".to_owned()),
            races_at_once: flags
                .races_at_once
                .or(file.races_at_once)
                .or_else(|| std::thread::available_parallelism().ok())
                .unwrap_or(NonZeroUsize::MIN),
            https,
        })
    }
}

fn read(path: &Path) -> Result<File, ConfigError> {
    let text = std::fs::read_to_string(path)
        .map_err(|error| ConfigError::Unreadable { path: path.to_owned(), reason: error.to_string() })?;
    toml::from_str(&text).map_err(|error| {
        // The parser's own message draws the place over several lines; a terminal and a log want one.
        let line = error.span().map(|span| text[..span.start.min(text.len())].matches('\n').count() + 1);
        let place = line.map(|line| format!(" (line {line})")).unwrap_or_default();
        ConfigError::Malformed { path: path.to_owned(), reason: format!("{}{place}", error.message()) }
    })
}

fn sqlite_file(url: &str) -> Result<PathBuf, ConfigError> {
    let Some(path) = url.strip_prefix("sqlite:") else {
        // Another database's address may hold a password, so only its kind is repeated.
        let kind = url.split(':').next().unwrap_or_default();
        return Err(ConfigError::NotSqlite(format!("{kind}:...")));
    };
    let path = path.strip_prefix("//").unwrap_or(path);
    if path.is_empty() || path.contains(":memory:") || path.contains('?') {
        return Err(ConfigError::NotAFile(url.to_owned()));
    }
    Ok(path.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(text: &str) -> tempfile::NamedTempFile {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), text).unwrap();
        file
    }

    #[test]
    fn flags_win_over_the_file_and_the_file_over_the_defaults() {
        let defaults = Config::settle(&Flags::default(), None).unwrap();
        assert_eq!(defaults.database, Path::new("paddock-data/league.db"));
        assert_eq!(defaults.listen, "127.0.0.1:8080");

        let file =
            file("data = '/srv/a'\nlisten = '0.0.0.0:80'\nraces_at_once = 3\npublic_url = 'https://league.example'");
        let from_file = Flags { config: Some(file.path().into()), ..Flags::default() };
        let config = Config::settle(&from_file, None).unwrap();
        assert_eq!(config.database, Path::new("/srv/a/league.db"));
        assert_eq!((config.listen.as_str(), config.races_at_once.get(), config.https), ("0.0.0.0:80", 3, true));

        let flags = Flags { data: Some("/srv/b".into()), database_url: Some("sqlite:/srv/c.db".into()), ..from_file };
        let config = Config::settle(&flags, Some("[::1]:0")).unwrap();
        assert_eq!((config.data.as_path(), config.database.as_path()), (Path::new("/srv/b"), Path::new("/srv/c.db")));
        assert_eq!(config.listen, "[::1]:0");
    }

    #[test]
    fn what_cannot_be_used_is_refused_in_one_line() {
        let cases = [
            ("lissten = 'x'", "unknown field `lissten`"),
            ("\nraces_at_once = 0", "(line 2)"),
            ("database_url = 'postgres://user:secret@db/league'", "not postgres:..."),
            ("database_url = 'sqlite::memory:'", "sqlite::memory:"),
            ("public_url = 'league.example'", "league.example does not"),
        ];
        for (text, said) in cases {
            let file = file(text);
            let flags = Flags { config: Some(file.path().into()), ..Flags::default() };
            let sentence = Config::settle(&flags, None).unwrap_err().to_string();
            assert!(sentence.contains(said) && !sentence.contains('\n'), "{text}: {sentence}");
            assert!(!sentence.contains("secret"), "{sentence}");
        }
        let missing = Flags { config: Some("/nonexistent/league.toml".into()), ..Flags::default() };
        assert!(matches!(Config::settle(&missing, None), Err(ConfigError::Unreadable { .. })));
    }
}
