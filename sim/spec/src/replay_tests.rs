//! The replay file: round trip, and every way in which a file can be wrong.

use proptest::prelude::*;

use crate::{Lap, RaceResult, RaceRules, RaceStatus, RaceType, Replay, ReplayError, Sha256Hex, builtin_tracks};

fn replay() -> Replay {
    let track = builtin_tracks::find("harbour").expect("a built-in track");
    let result = RaceResult {
        track: track.name().into(),
        track_sha256: track.sha256(),
        policy_sha256: Sha256Hex::of(b"policy"),
        seed: 7,
        completed_laps: 1,
        // A time that has no short decimal form: it must survive to the last bit.
        laps: vec![Lap { lap: 1, secs: 17.0 / 3.0, clean: true, off_tracks: 0, crashes: 0 }],
        best_lap_secs: Some(17.0 / 3.0),
        total_secs: 17.0 / 3.0,
        off_tracks: 0,
        crashes: 0,
        immobilised: 0,
        reversed: 0,
        grid_place: 1,
        finish_place: 1,
        status: RaceStatus::Finished,
        sim_version: "test".into(),
    };
    let actions = (0..100).map(|step| [(step as f32 / 100.0) - 0.5, 1.0 / 3.0]).collect();
    Replay::new(track, RaceRules::default(), actions, vec![result]).expect("a valid replay")
}

/// Whoever changes a replay can also make the checksum fit: the other checks must hold without it.
fn sealed(mut bytes: Vec<u8>) -> Vec<u8> {
    bytes.truncate(bytes.len() - 32);
    let checksum = Sha256Hex::of(&bytes);
    bytes.extend(checksum.as_bytes());
    bytes
}

fn code(bytes: &[u8]) -> &'static str {
    Replay::from_bytes(bytes).expect_err("no replay").code()
}

#[test]
fn writing_and_reading_gives_the_same_replay_and_bytes() {
    let bytes = replay().to_bytes();
    let again = Replay::from_bytes(&bytes).expect("our own file");
    assert_eq!(again, replay());
    assert_eq!(again.to_bytes(), bytes);
}

#[test]
fn one_flipped_byte_anywhere_is_refused() {
    let whole = replay().to_bytes();
    for at in 0..whole.len() {
        let mut bytes = whole.clone();
        bytes[at] ^= 1;
        assert!(Replay::from_bytes(&bytes).is_err(), "byte {at}");
    }
}

#[test]
fn what_is_wrong_is_named() {
    let whole = replay().to_bytes();
    assert_eq!(code(b"hello"), "replay_not_a_replay");
    assert_eq!(code(&whole[..whole.len() - 1]), "replay_checksum");
    assert_eq!(code(&vec![0; 3_000_000]), "replay_too_large");
    let mut later = whole.clone();
    later[8] = 3;
    assert_eq!(code(&sealed(later)), "replay_unsupported_version");
    let mut header = whole.clone();
    header[16] = b'[';
    assert_eq!(code(&sealed(header)), "replay_header");
    let mut longer = whole.clone();
    longer.splice(whole.len() - 32..whole.len() - 32, [0; 8]);
    assert_eq!(code(&sealed(longer)), "replay_size");
}

#[test]
fn a_resealed_change_of_the_track_is_refused() {
    let mut bytes = replay().to_bytes();
    // The last action pair lies before the checksum, the track before the 100 actions: change its last number's low bit.
    let at = bytes.len() - 32 - 100 * 8 - 8;
    bytes[at] ^= 1;
    assert!(matches!(Replay::from_bytes(&sealed(bytes)), Err(ReplayError::OtherTrack { .. })));
}

#[test]
fn actions_stay_in_range() {
    let [good, track] = [replay(), replay()].map(|replay| replay);
    for bad in [f32::NAN, 1.5, f32::NEG_INFINITY] {
        let actions = vec![[0.0, 0.0], [0.0, bad]];
        let error = Replay::new(track.track().clone(), good.rules().clone(), actions, good.results().to_vec());
        assert_eq!(error, Err(ReplayError::Action(1)), "{bad}");
    }
}

#[test]
fn a_race_has_a_result_and_an_action_of_every_car() {
    let rules = RaceRules { race_type: RaceType::HeadToHead { cars: 2 }, ..RaceRules::default() };
    let with = |actions: usize, results: usize| {
        let results = vec![replay().result().clone(); results];
        Replay::new(replay().track().clone(), rules.clone(), vec![[0.0, 0.5]; actions], results)
    };
    let two = with(6, 2).expect("two cars, three steps");
    assert_eq!(two.steps().len(), 3);
    assert_eq!(Replay::from_bytes(&two.to_bytes()), Ok(two));
    assert_eq!(with(5, 2), Err(ReplayError::Size));
    assert_eq!(with(6, 1), Err(ReplayError::Cars { results: 1, cars: 2 }));
}

proptest! {
    /// Whoever can make the checksum fit can reach every check behind it; none may panic.
    #[test]
    fn no_resealed_change_panics(at in 12..12_000_usize, with in any::<u8>(), cut in 0..12_000_usize) {
        let mut bytes = replay().to_bytes();
        let at = at % bytes.len();
        bytes[at] = with;
        let _ = Replay::from_bytes(&sealed(bytes.clone()));
        bytes.truncate((cut % bytes.len()).max(32));
        let _ = Replay::from_bytes(&sealed(bytes));
    }
}
