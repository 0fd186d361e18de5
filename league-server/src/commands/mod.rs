//! The program's commands, one per file.

mod admin;
mod doctor;
mod serve;
mod work;

use crate::{
    config::{Config, Flags},
    db::Db,
    router,
    state::App,
};
use clap::{Parser, Subcommand};
use tokio::{io, signal};

/// The reinforcement-learning racing league
#[derive(Parser)]
#[command(name = "league-server", version, about)]
pub struct Cli {
    #[command(flatten)]
    flags: Flags,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serve the pages and the API, and run races
    Serve(serve::Serve),
    /// Only run races, for a league that is served elsewhere on this machine
    Work,
    /// Bring the database's tables up to date
    Migrate,
    /// Check what the league needs: 0 if all of it is there
    Doctor,
    /// Print the OpenAPI document
    Openapi,
    /// Manage people and seasons
    #[command(subcommand)]
    Admin(admin::Admin),
}

impl Cli {
    /// Runs the command.
    pub async fn run(self) -> anyhow::Result<()> {
        let listen = match &self.command {
            Command::Serve(serve) => serve.listen.as_deref(),
            _ => None,
        };
        let config = Config::settle(&self.flags, listen)?;
        match self.command {
            Command::Serve(serve) => serve.run(App::open(config).await?).await,
            Command::Work => work::run(&App::open(config).await?).await,
            Command::Migrate => {
                Db::open(&config.database).await?.close().await;
                println!("{} is up to date", config.database.display());
                Ok(())
            }
            Command::Doctor => doctor::run(&config).await,
            Command::Openapi => {
                print!("{}", router::document_json());
                Ok(())
            }
            Command::Admin(admin) => admin.run(&*App::open(config).await?).await,
        }
    }
}

/// Waits until the process is asked to stop: Ctrl-C, or SIGTERM from whoever started it.
async fn asked_to_stop() -> io::Result<()> {
    #[cfg(unix)]
    {
        let mut terminate = signal::unix::signal(signal::unix::SignalKind::terminate())?;
        tokio::select! {
            asked = signal::ctrl_c() => asked,
            _ = terminate.recv() => Ok(()),
        }
    }
    #[cfg(not(unix))]
    signal::ctrl_c().await
}
