//! SIGKILL at ten points of a submission's life: what was acknowledged is raced and ranked exactly once.
//!
//! Debug builds of the server can be told to stop still at a named point (`PADDOCK_PAUSE`) and to say so by making a
//! file. There it is killed, in the exact state that the point's name tells, not at a lucky moment.

use std::thread;
use tests::{Person, TestLeague, numbered_policy, wait_for};

/// In the order in which a submission passes them.
const POINTS: [&str; 10] = [
    "submit.checked",
    "submit.file_stored",
    "submit.row_written",
    "submit.uncommitted",
    "submit.committed",
    "race.begun",
    "race.driven",
    "race.replay_stored",
    "race.uncommitted",
    "race.committed",
];
/// Up to here nothing may be left of the submission; from the next on it must be there.
const LAST_UNCOMMITTED: &str = "submit.uncommitted";

const RACE: &str = "harbour-sprint";

/// Submits with a key, so that somebody who got no answer can ask again.
fn submit(person: &Person, policy: &[u8]) -> Option<String> {
    let headers = [("Content-Type", "application/octet-stream"), ("Idempotency-Key", "the-one")];
    let answer = person.try_request("POST", &format!("/api/v1/races/{RACE}/submissions"), &headers, Some(policy));
    let answer = answer.ok()?.expect(202).json();
    Some(answer["id"].as_str().expect("an id").to_owned())
}

#[test]
fn an_acknowledged_submission_survives_sigkill_anywhere() {
    for point in POINTS {
        let mut league = TestLeague::stopped();
        league.admin(["demo-season"]).succeeded();
        // The baselines are raced first, so that the pause meets our submission.
        league.serve();
        wait_for("the baselines", || {
            let races = [RACE, "ridge-endurance", "cathedral-consistency"];
            races.iter().all(|race| league.board(race).len() >= 3).then_some(())
        });
        league.kill();

        let reached = league.folder().join("reached");
        league.serve_with(&[("PADDOCK_PAUSE", &format!("{point}={}", reached.display()))]);
        let racer = league.person("racer");
        let policy = numbered_policy(1);
        let acknowledged = thread::scope(|scope| {
            let answer = scope.spawn(|| submit(&racer, &policy));
            wait_for(point, || reached.exists().then_some(()));
            league.kill();
            answer.join().expect("no panic")
        });
        league.serve();
        let racer = league.again(&racer);

        let mine = || racer.get("/api/v1/submissions").expect(200).json()["items"].as_array().expect("a list").clone();
        let is_committed = POINTS.iter().position(|p| *p == point) > POINTS.iter().position(|p| *p == LAST_UNCOMMITTED);
        assert_eq!(mine().len(), usize::from(is_committed), "{point}");
        assert!(is_committed || acknowledged.is_none(), "{point}: acknowledged what was not committed");

        // Whoever got no answer asks again, and gets the same submission or the first one.
        let id = submit(&racer, &policy).expect("the league serves again");
        if let Some(acknowledged) = acknowledged {
            assert_eq!(acknowledged, id, "{point}");
        }
        let raced = league.raced(&racer, &id);
        assert_eq!(raced["status"], "finished", "{point}: {raced}");
        assert_eq!(mine().len(), 1, "{point}");
        let entries = league.people_on_board(RACE);
        assert_eq!(entries.len(), 1, "{point}: {entries:?}");
        assert_eq!(entries[0]["score_secs"], raced["score_secs"], "{point}");
    }
}
