//! The board and the replay player in a real browser.

use std::{path::Path, process::Command};
use tests::{Run, TestLeague, chromium, numbered_policy, wait_for};

#[test]
fn a_person_clicks_through_the_board_and_a_replay() {
    let league = TestLeague::start();
    for number in 0..3 {
        let racer = league.person(&format!("racer-{number}"));
        let submission = racer.submit("harbour-sprint", &numbered_policy(number)).expect(202).json();
        league.raced(&racer, submission["id"].as_str().expect("an id"));
    }
    wait_for("the baselines", || (league.board("harbour-sprint").len() > 4).then_some(()));
    let web = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../web"));
    let mut browser = Command::new("node");
    browser.arg("tests/board.browser.mjs").current_dir(web);
    browser.env("PADDOCK_URL", league.base()).env("PADDOCK_RACE", "harbour-sprint").env("PADDOCK_CHROMIUM", chromium());
    Run::from(browser.output().expect("node runs")).succeeded();
}
