//! `serve`: the pages, the API and, unless told otherwise, the worker.

use super::asked_to_stop;
use crate::{router, state::AppState, worker};
use anyhow::Context;
use axum::serve::ListenerExt;
use std::time::Duration;
use tokio::net::TcpListener;

/// How long open requests may take to end when the process stops.
const LAST_REQUESTS: Duration = Duration::from_secs(10);

#[derive(clap::Args)]
pub struct Serve {
    /// Address and port to listen on; port 0 takes a free one [default: 127.0.0.1:8080]
    #[arg(long, env = "PADDOCK_LISTEN", value_name = "ADDR:PORT")]
    pub listen: Option<String>,
    /// Run no races here; `league-server work` does
    #[arg(long)]
    no_worker: bool,
}

impl Serve {
    /// Serves until asked to stop, then ends open requests and running races.
    pub async fn run(self, app: AppState) -> anyhow::Result<()> {
        let address = &app.config.listen;
        let listener = TcpListener::bind(address).await.with_context(|| format!("cannot listen on {address}"))?;
        let address = listener.local_addr()?;

        let worker = tokio::spawn({
            let app = app.clone();
            async move {
                if !self.no_worker {
                    worker::run(&app).await;
                }
            }
        });
        let events = tokio::spawn({
            let app = app.clone();
            async move { app.events.watch(&app.db).await }
        });
        let signal = tokio::spawn({
            let app = app.clone();
            async move {
                let asked = asked_to_stop().await;
                app.stop();
                asked
            }
        });

        println!("listening on http://{address}");
        let listener = listener.tap_io(|stream| {
            // An event is small and should not wait for the next.
            if let Err(error) = stream.set_nodelay(true) {
                tracing::debug!(%error, "set_nodelay");
            }
        });
        let server = axum::serve(listener, router::router(app.clone())).with_graceful_shutdown({
            let app = app.clone();
            async move { app.stopped().await }
        });
        tokio::select! {
            served = server.into_future() => served.context("serving")?,
            () = async {
                app.stopped().await;
                tokio::time::sleep(LAST_REQUESTS).await;
            } => tracing::warn!("requests that were still open were cut off"),
        }
        worker.await.context("the worker")?;
        events.abort();
        signal.abort();
        app.db.close().await;
        Ok(())
    }
}
