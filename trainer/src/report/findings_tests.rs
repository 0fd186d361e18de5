//! Every rule speaks where it should, and is silent where it should.

use super::*;
use crate::report::measured::Fault;

/// A straight line of a hundred iterations.
fn line(from: f64, to: f64) -> Vec<f64> {
    (0..100).map(|at| from + (to - from) * f64::from(at) / 99.0).collect()
}

/// A run that went well, with time left on the road.
fn good() -> Measured {
    let reward = line(0.0, 1.0);
    Measured {
        terms: vec![("progress".into(), line(0.02, 1.0)), ("off_track".into(), line(-0.02, 0.0))],
        reward,
        completion: line(0.05, 1.0),
        entropy: line(1.8, -1.0),
        explained_variance: line(0.0, 0.9),
        approx_kl: line(0.01, 0.01),
        clip_fraction: line(0.1, 0.1),
        evaluated_laps: vec![(0.5, 7.0), (0.8, 6.0), (1.0, 6.0)],
        best_lap_secs: Some(6.0),
        par_secs: 5.5,
        sector_secs: Some([[1.0, 0.92]; 6]),
        top_speed_mps: 3.8,
        par_top_speed_mps: 4.0,
        races: vec![(19.0, 0), (19.1, 0), (19.2, 0)],
        ..Measured::default()
    }
}

/// The only finding, by its title.
#[track_caller]
fn only(measured: &Measured) -> Finding {
    let mut found = findings(measured);
    assert_eq!(found.len(), 1, "{found:?}");
    found.remove(0)
}

#[test]
fn a_run_that_went_well_has_nothing_to_say() {
    assert_eq!(findings(&good()), []);
    // Nor has one that was hardly begun.
    assert_eq!(findings(&Measured { par_secs: 5.5, ..Measured::default() }), []);
    let short = Measured { completion: vec![0.01; 5], entropy: vec![1.0, -9.0], ..Measured::default() };
    assert_eq!(findings(&short), []);
}

#[test]
fn near_par_is_told_only_where_nothing_goes_wrong() {
    let near = Measured { best_lap_secs: Some(5.6), ..good() };
    // 5.6 / 5.5 = 1.018
    assert!(only(&near).evidence.contains("1.8 % above par"), "{near:?}");
    let wrong = Measured { approx_kl: line(0.05, 0.05), ..near };
    assert_eq!(only(&wrong).kind, Kind::Problem);
}

#[test]
fn a_car_that_does_not_drive() {
    let found = only(&Measured { completion: line(0.03, 0.1), entropy: line(1.8, 1.5), ..good() });
    assert!(found.title.contains("not learned to drive"));
    // The last tenth of the line from 3 to 10 %.
    assert!(found.evidence.starts_with("Episodes end after 10 % of a lap, 3 %"), "{}", found.evidence);
}

#[test]
fn a_reward_that_is_gamed() {
    let mut completion = line(0.05, 1.0);
    completion[75..].fill(0.5);
    let terms = vec![("speed".into(), line(0.0, 0.9)), ("progress".into(), line(0.1, 0.1))];
    let found = only(&Measured { completion, terms, ..good() });
    assert!(found.advice.contains("The term speed grew most"), "{found:?}");
    // The reward rises from the third to the last quarter by 25 of 99 steps of the line.
    assert!(found.evidence.contains("rose by 0.253 per step"), "{}", found.evidence);
}

#[test]
fn entropy_that_is_gone_too_soon() {
    let mut entropy = line(1.8, 1.5);
    entropy[20..].fill(-2.0);
    let found = only(&Measured { entropy: entropy.clone(), ..good() });
    assert!(found.title.contains("stopped exploring"));
    assert!(found.evidence.contains("within 20 % of the run"), "{}", found.evidence);
    // Who drives has reason to stop.
    assert_eq!(findings(&Measured { entropy: entropy.clone(), completion: line(0.9, 1.0), ..good() }), []);
    // Of ten actions: from ln 10 = 2.3 to nearly always the same one.
    let mut discrete = line(2.3, 2.0);
    discrete[10..].fill(0.1);
    assert!(only(&Measured { entropy: discrete, is_discrete: true, ..good() }).title.contains("stopped exploring"));
}

#[test]
fn an_iteration_that_changes_too_much() {
    assert!(only(&Measured { approx_kl: line(0.04, 0.04), ..good() }).evidence.contains("0.040 nats"));
    assert!(only(&Measured { clip_fraction: line(0.5, 0.5), ..good() }).evidence.contains("50 % of the gradients"));
}

#[test]
fn a_value_function_that_guesses() {
    let found = only(&Measured { explained_variance: line(-1.0, 0.2), ..good() });
    assert!(found.title.contains("foresees little"));
}

#[test]
fn a_reward_of_one_term() {
    let terms = vec![("progress".into(), line(0.1, 1.0)), ("smooth".into(), line(0.001, 0.01))];
    assert!(only(&Measured { terms: terms.clone(), ..good() }).title.contains("progress and nearly nothing else"));
    // A term that matters at the beginning has done its work, and so has a penalty.
    let mut learned = terms.clone();
    learned[1].1[..20].fill(0.2);
    assert_eq!(findings(&Measured { terms: learned, ..good() }), []);
    let mut penalty = terms;
    penalty[1].1.fill(-0.001);
    assert_eq!(findings(&Measured { terms: penalty, ..good() }), []);
}

#[test]
fn mistakes_in_one_sector() {
    let fault = |sector| Fault { position_m: [0.0; 2], sector, is_race: false };
    let mut faults = vec![fault(2); 6];
    faults.extend([fault(0), fault(1), fault(4), fault(5)]);
    let found = only(&Measured { faults: faults.clone(), ..good() });
    assert_eq!(found.title, "Cars go wrong in sector 3");
    assert!(found.evidence.starts_with("6 of 10 traced mistakes, 60 %"));
    faults.pop();
    assert_eq!(findings(&Measured { faults, ..good() }), [], "too few");
}

#[test]
fn luck_at_the_start() {
    let found = only(&Measured { races: vec![(19.0, 0), (23.0, 2)], ..good() });
    assert!(found.evidence.contains("19.00 to 23.00 s, and is put back 0, 2 times"), "{}", found.evidence);
}

#[test]
fn a_slow_sector() {
    let mut sector_secs = [[0.95, 0.92]; 6];
    sector_secs[4] = [1.4, 0.92];
    let found = only(&Measured { sector_secs: Some(sector_secs), ..good() });
    assert_eq!(found.title, "Most time is lost in sector 5");
    // 0.48 there, 5 · 0.03 elsewhere.
    assert!(found.evidence.contains("0.48 s more, of 0.63 s"), "{}", found.evidence);
    assert!(found.advice.starts_with("Compare its line"));
    // 0.15 s won before are more than a quarter of 0.48.
    sector_secs[3] = [0.77, 0.92];
    let late = only(&Measured { sector_secs: Some(sector_secs), ..good() });
    assert!(late.advice.starts_with("It arrives too fast: sector 4 is 0.15 s quicker"), "{}", late.advice);
}

#[test]
fn a_slow_driver() {
    assert!(only(&Measured { top_speed_mps: 3.0, ..good() }).evidence.contains("3.0 m/s; par reaches 4.0"));
}

#[test]
fn a_nervous_driver() {
    assert!(only(&Measured { zigzag: 0.3, ..good() }).evidence.starts_with("In 30 % of the steps"));
}

#[test]
fn a_run_that_ended_too_soon() {
    let laps = vec![(0.5, 7.0), (0.85, 6.2), (0.95, 6.0)];
    assert!(only(&Measured { evaluated_laps: laps, ..good() }).evidence.contains("from 6.20 to 6.00 s"));
}
