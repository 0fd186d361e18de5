//! `admin`: people, tokens and seasons, by whoever has the database's file.

use crate::{
    auth::token,
    demo_season,
    people::{self, Handle, Role},
    state::App,
};
use anyhow::{Context, bail};
use std::io::Read;

#[derive(clap::Subcommand)]
pub enum Admin {
    /// Add a person and print a token for them, once
    AddPerson {
        /// The name they race under: 2 to 32 characters of a-z, 0-9, - and _
        #[arg(long)]
        handle: String,
        /// What they may do
        #[arg(long, value_enum, default_value_t)]
        role: Role,
        /// Read a first password from stdin, for signing in with a browser
        #[arg(long)]
        password_stdin: bool,
    },
    /// Make another token for a person and print it, once
    AddToken {
        #[arg(long)]
        handle: String,
        /// What the token is for
        #[arg(long)]
        name: String,
    },
    /// Make the demo season, its races and the league's own cars, where they are missing
    DemoSeason,
}

impl Admin {
    /// Does it, and prints what the caller needs.
    pub async fn run(self, app: &App) -> anyhow::Result<()> {
        match self {
            Self::AddPerson { handle, role, password_stdin } => {
                let handle: Handle = handle.parse()?;
                let hash = match password_stdin {
                    true => Some(app.passwords.hash(password()?).await.map_err(|error| error.into_anyhow())?),
                    false => None,
                };
                let mut tx = app.db.write().await?;
                let id = people::create(&mut tx, &handle, role, hash).await.map_err(|error| error.into_anyhow())?;
                let token = token::create(&mut tx, &id, "first").await?;
                tx.commit().await?;
                println!("{}", token.text);
            }
            Self::AddToken { handle, name } => {
                let handle: Handle = handle.parse()?;
                let mut tx = app.db.write().await?;
                let Some(id) = people::id_of(&mut tx, &handle).await? else {
                    bail!("there is nobody with the handle {handle}");
                };
                let token = token::create(&mut tx, &id, &name).await?;
                tx.commit().await?;
                println!("{}", token.text);
            }
            Self::DemoSeason => println!("{}", demo_season::make(app).await?),
        }
        app.db.close().await;
        Ok(())
    }
}

/// The first line of stdin, without its end.
fn password() -> anyhow::Result<String> {
    let mut text = String::new();
    // More than any password may have, and not more.
    std::io::stdin().take(4096).read_to_string(&mut text).context("reading the password from stdin")?;
    Ok(text.lines().next().unwrap_or_default().to_owned())
}
