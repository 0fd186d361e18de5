//! Twenty people submit at the same moment.

use std::{collections::BTreeSet, sync::Barrier, thread};
use tests::{Person, TestLeague, numbered_policy};

const PEOPLE: usize = 20;

#[test]
fn twenty_at_once_are_all_raced_once() {
    let league = TestLeague::start();
    let people: Vec<Person> = (0..PEOPLE).map(|number| league.person(&format!("racer-{number}"))).collect();
    let start = Barrier::new(PEOPLE);
    let submissions: Vec<String> = thread::scope(|scope| {
        let submit = |(number, person): (usize, &Person)| {
            let policy = numbered_policy(number as u64);
            start.wait();
            let answer = person.submit("harbour-sprint", &policy).expect(202).json();
            answer["id"].as_str().expect("an id").to_owned()
        };
        let threads: Vec<_> = people.iter().enumerate().map(|each| scope.spawn(move || submit(each))).collect();
        threads.into_iter().map(|thread| thread.join().expect("no panic")).collect()
    });
    assert_eq!(submissions.iter().collect::<BTreeSet<_>>().len(), PEOPLE, "every submission has its own id");
    for (person, submission) in people.iter().zip(&submissions) {
        assert_eq!(league.raced(person, submission)["status"], "finished");
        let mine = person.get("/api/v1/submissions").expect(200).json();
        assert_eq!(mine["items"].as_array().expect("a list").len(), 1);
    }
    let on_board = league.people_on_board("harbour-sprint");
    let handles: BTreeSet<_> = on_board.iter().map(|entry| entry["handle"].as_str().expect("a handle")).collect();
    assert_eq!((on_board.len(), handles.len()), (PEOPLE, PEOPLE));
}

#[test]
fn the_same_request_twice_is_one_submission() {
    let league = TestLeague::start();
    let racer = league.person("racer");
    let send = |policy: &[u8]| {
        let headers = [("Content-Type", "application/octet-stream"), ("Idempotency-Key", "first-try")];
        racer.request("POST", "/api/v1/races/harbour-sprint/submissions", &headers, Some(policy))
    };
    let first = send(&numbered_policy(1)).expect(202).json();
    let second = send(&numbered_policy(1)).expect(202).json();
    assert_eq!(first["id"], second["id"]);
    let other = send(&numbered_policy(2));
    assert_eq!(other.problem(), "idempotency_key_reused");
    let mine = racer.get("/api/v1/submissions").expect(200).json();
    assert_eq!(mine["items"].as_array().expect("a list").len(), 1);
}
