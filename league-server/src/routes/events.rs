//! The stream of what changes, as server-sent events.

use crate::{
    errors::AppResult,
    events::{self, BATCH, Event},
    state::AppState,
};
use axum::{
    extract::State,
    http::HeaderMap,
    response::sse::{self, KeepAlive, Sse},
};
use futures::{Stream, StreamExt, stream};
use serde::Serialize;
use std::{collections::VecDeque, convert::Infallible, time::Duration};
use tokio::sync::broadcast;
use utoipa::ToSchema;

/// How often a silent stream says that it is still there, so that no proxy closes it.
const KEEP_ALIVE: Duration = Duration::from_secs(15);
/// How long a browser waits before it comes again, ms.
const RETRY: Duration = Duration::from_millis(2000);

/// The data of an event of type `leaderboard`: the board of a race changed.
#[derive(Serialize, ToSchema)]
pub struct LeaderboardChanged {
    /// The race's id.
    pub race: String,
}

/// What changes, as it changes.
///
/// Each event has a number as its `id`; a client that comes again with the last one as `Last-Event-ID` gets what it
/// missed.
#[utoipa::path(get, path = "/events", tag = "races",
    params(("Last-Event-ID" = Option<i64>, Header, description = "Number of the last event that was seen.")),
    responses((status = 200, description = "Events of type `leaderboard`; the data is JSON.",
        body = LeaderboardChanged, content_type = "text/event-stream")))]
pub async fn events(
    State(app): State<AppState>,
    headers: HeaderMap,
) -> AppResult<Sse<impl Stream<Item = Result<sse::Event, Infallible>>>> {
    // Subscribed before the database is read, so that nothing falls between the two.
    let fresh = app.events.subscribe();
    let latest = events::latest(&app.db).await?;
    let last_seen = headers.get("last-event-id").and_then(|id| id.to_str().ok()?.parse::<i64>().ok());
    let reader = Reader {
        fresh,
        // A number from the future is of another database.
        seen: last_seen.map_or(latest, |seen| seen.clamp(0, latest)),
        behind: true,
        ready: VecDeque::new(),
        app,
    };
    // Something at once, so that proxies pass the head on and the page knows that it is connected.
    let hello = stream::iter([Ok(sse::Event::default().comment("welcome").retry(RETRY))]);
    let changes = stream::unfold(reader, |mut reader| async {
        let event = reader.next().await?;
        let data = LeaderboardChanged { race: event.race_id };
        let message = sse::Event::default().event(event.kind).id(event.seq.to_string()).json_data(data);
        Some((Ok(message.unwrap_or_default()), reader))
    });
    Ok(Sse::new(hello.chain(changes)).keep_alive(KeepAlive::new().interval(KEEP_ALIVE)))
}

/// One open stream.
struct Reader {
    app: AppState,
    fresh: broadcast::Receiver<Event>,
    /// Number of the last event that was given out.
    seen: i64,
    /// Whether the database may have events after `seen` that `fresh` will not bring.
    behind: bool,
    ready: VecDeque<Event>,
}

impl Reader {
    /// The next event; `None` when the server stops or its database does not answer: the client comes again.
    async fn next(&mut self) -> Option<Event> {
        loop {
            if let Some(event) = self.ready.pop_front() {
                self.seen = event.seq;
                return Some(event);
            }
            if self.behind {
                self.ready = events::after(&self.app.db, self.seen).await.ok()?.into();
                self.behind = self.ready.len() as i64 == BATCH;
                continue;
            }
            tokio::select! {
                () = self.app.stopped() => return None,
                event = self.fresh.recv() => match event {
                    Ok(event) if event.seq > self.seen => self.ready.push_back(event),
                    Ok(_) => {}
                    Err(broadcast::error::RecvError::Lagged(_)) => self.behind = true,
                    Err(broadcast::error::RecvError::Closed) => return None,
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::test_league::TestLeague;
    use axum::{body::Body, http::Request};
    use std::time::Duration;

    /// What a page hears that comes with this Last-Event-ID and stays until the server stops.
    async fn hear(league: &TestLeague, last_seen: &str) -> String {
        let request = Request::get("/api/v1/events").header("last-event-id", last_seen);
        let answer = league.ask(request.body(Body::empty()).unwrap()).await;
        assert_eq!(answer.headers["content-type"], "text/event-stream");
        String::from_utf8(answer.bytes).unwrap()
    }

    #[tokio::test]
    async fn a_page_that_was_away_hears_what_it_missed_and_what_comes() {
        let league = TestLeague::start().await;
        for _ in 0..3 {
            league
                .meddle("insert into events (kind, race_id, created_at) values ('leaderboard', 'harbour-sprint', 0)")
                .await;
        }
        let app = league.app.clone();
        let watch = tokio::spawn({
            let app = app.clone();
            async move { app.events.watch(&app.db).await }
        });
        let later = async {
            tokio::time::sleep(Duration::from_millis(300)).await;
            league
                .meddle("insert into events (kind, race_id, created_at) values ('leaderboard', 'ridge-endurance', 0)")
                .await;
            league.app.events.ring();
            tokio::time::sleep(Duration::from_millis(300)).await;
            app.stop();
        };
        // A number from the future and no number both mean: from now on.
        let (resumed, future, fresh, ()) =
            tokio::join!(hear(&league, "1"), hear(&league, "99"), hear(&league, "x"), later);
        let event = |seq: i64, race: &str| format!("event: leaderboard\nid: {seq}\ndata: {{\"race\":\"{race}\"}}\n\n");
        let hello = ": welcome\nretry: 2000\n\n";
        let now = event(4, "ridge-endurance");
        let missed = event(2, "harbour-sprint") + &event(3, "harbour-sprint");
        assert_eq!(resumed, format!("{hello}{missed}{now}"));
        assert_eq!((future, fresh), (format!("{hello}{now}"), format!("{hello}{now}")));
        watch.abort();
    }
}
