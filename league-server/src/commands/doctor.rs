//! `doctor`: looks whether everything is there that the league needs, and says it.

use crate::{config::Config, db::Db, pages, queue};
use anyhow::{Context, bail};
use std::{fs, path::Path};

/// Prints one line per check; fails if one of them fails.
pub async fn run(config: &Config) -> anyhow::Result<()> {
    let db = Db::open(&config.database).await;
    let checks = [
        ("database", db.as_ref().map(|_| config.database.display().to_string()).map_err(|error| format!("{error:#}"))),
        ("season", season(db.as_ref().ok()).await.map_err(|error| format!("{error:#}"))),
        ("queue", waiting(db.as_ref().ok()).await.map_err(|error| format!("{error:#}"))),
        ("data folder", writable(&config.data).map_err(|error| format!("{error:#}"))),
        ("pages", embedded()),
    ];
    let mut failed = 0;
    for (name, outcome) in checks {
        match outcome {
            Ok(found) => println!("ok    {name}: {found}"),
            Err(reason) => {
                failed += 1;
                println!("FAIL  {name}: {reason}");
            }
        }
    }
    match failed {
        0 => Ok(()),
        _ => bail!("{failed} of the checks failed"),
    }
}

async fn season(db: Option<&Db>) -> anyhow::Result<String> {
    let db = db.context("the database cannot be opened")?;
    let races: i64 = sqlx::query_scalar("select count(*) from races").fetch_one(&db.read).await?;
    match races {
        0 => Ok("no races yet; `league-server admin demo-season` makes some".to_owned()),
        _ => Ok(format!("{races} races")),
    }
}

async fn waiting(db: Option<&Db>) -> anyhow::Result<String> {
    let (depth, age_secs) = queue::depth(db.context("the database cannot be opened")?).await?;
    match depth {
        0 => Ok("nothing waits".to_owned()),
        _ => Ok(format!("{depth} submissions wait, the oldest for {age_secs:.0} s")),
    }
}

fn writable(folder: &Path) -> anyhow::Result<String> {
    fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
    let probe = folder.join(".doctor");
    fs::write(&probe, b"probe").with_context(|| format!("cannot write in {}", folder.display()))?;
    fs::remove_file(&probe)?;
    Ok(folder.display().to_string())
}

fn embedded() -> Result<String, String> {
    if pages::are_embedded() {
        return Ok("embedded".to_owned());
    }
    Err("this program was compiled without them: run `cargo xtask setup`, then build it again".to_owned())
}
