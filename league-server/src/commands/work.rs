//! `work`: only the worker, as a process of its own.

use super::asked_to_stop;
use crate::{state::AppState, worker};

/// Works until asked to stop, then lets the running races end.
pub async fn run(app: &AppState) -> anyhow::Result<()> {
    println!("working on {}", app.config.database.display());
    let stop = async {
        asked_to_stop().await?;
        app.stop();
        anyhow::Ok(())
    };
    let ((), stopped) = tokio::join!(worker::run(app), stop);
    app.db.close().await;
    stopped
}
