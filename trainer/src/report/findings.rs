//! What to try next, and why: sentences drawn from what was measured.
//!
//! Each rule is a pure function with its threshold beside it. A rule that has nothing to go by says nothing.

use super::{measured::Measured, sectors::SECTORS};

/// Something that a run's numbers say.
#[derive(Debug, Clone, PartialEq)]
pub struct Finding {
    pub kind: Kind,
    /// What is the case, in a few words.
    pub title: String,
    /// The numbers that say so.
    pub evidence: String,
    /// What to try.
    pub advice: String,
}

/// How much a finding matters. In the order in which they are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// Learning goes wrong.
    Problem,
    /// Time is left on the road.
    Chance,
    /// It is as it should be.
    Good,
}

type Rule = fn(&Measured) -> Option<Finding>;

/// All rules, in the order in which their findings are told where they matter equally.
const RULES: [Rule; 12] = [
    does_not_learn,
    reward_without_progress,
    entropy_collapsed,
    steps_too_large,
    value_foresees_little,
    one_term_rules,
    faults_cluster,
    depends_on_the_start,
    slow_sector,
    never_fast,
    zigzags,
    still_improving,
];

/// All that is to be said, what matters most first.
pub fn findings(measured: &Measured) -> Vec<Finding> {
    let mut found: Vec<_> = RULES.iter().filter_map(|rule| rule(measured)).collect();
    found.extend(near_par(measured).filter(|_| found.iter().all(|finding| finding.kind != Kind::Problem)));
    found.sort_by_key(|finding| finding.kind);
    found
}

fn finding(kind: Kind, title: impl Into<String>, evidence: String, advice: impl Into<String>) -> Option<Finding> {
    Some(Finding { kind, title: title.into(), evidence, advice: advice.into() })
}

/// Iterations from which on a curve says something.
const ENOUGH_ITERATIONS: usize = 20;

/// Mean over a part of a curve, given as shares of its length; `None` where the curve is too short to have parts.
fn mean(curve: &[f64], from: f64, to: f64) -> Option<f64> {
    if curve.len() < ENOUGH_ITERATIONS {
        return None;
    }
    let [from, to] = [from, to].map(|share| (share * curve.len() as f64) as usize);
    Some(curve[from..to].iter().sum::<f64>() / (to - from) as f64)
}

/// Episodes that end within a fifth of a lap after a whole run: the car has not learned to drive.
const LEARNED_NOTHING: f64 = 0.2;

fn does_not_learn(measured: &Measured) -> Option<Finding> {
    let last = mean(&measured.completion, 0.9, 1.0)?;
    let first = mean(&measured.completion, 0.0, 0.1)?;
    (last < LEARNED_NOTHING).then_some(())?;
    finding(
        Kind::Problem,
        "The car has not learned to drive yet",
        format!("Episodes end after {} of a lap, {} at the beginning.", percent(last), percent(first)),
        "Look first whether the reward can be earned at all from where cars start; then train longer. The built-in reward \
         progress shows what the track allows.",
    )
}

/// A change of the reward by so much of all that it changed in the run is a rise.
const REWARD_RISE: f64 = 0.05;
/// A fall of the driven share of a lap that training's own noise doesn't explain.
const COMPLETION_FALL: f64 = 0.05;

fn reward_without_progress(measured: &Measured) -> Option<Finding> {
    let part = |curve: &[f64]| Some([mean(curve, 0.5, 0.75)?, mean(curve, 0.75, 1.0)?]);
    let ([before, after], [far, less_far]) = (part(&measured.reward)?, part(&measured.completion)?);
    let range = |pick: fn(f64, f64) -> f64| measured.reward.iter().copied().reduce(pick);
    let range = range(f64::max)? - range(f64::min)?;
    (after - before > REWARD_RISE * range && far - less_far > COMPLETION_FALL).then_some(())?;
    let rise = |(_, term): &&(String, Vec<f64>)| part(term).map_or(f64::NEG_INFINITY, |[before, after]| after - before);
    let term = measured.terms.iter().max_by(|one, other| rise(one).total_cmp(&rise(other)))?;
    finding(
        Kind::Problem,
        "The reward rises while the car drives less far",
        format!(
            "From the third to the last quarter of the run the reward rose by {:.3} per step; of a lap, {} were driven and \
             then only {}.",
            after - before,
            percent(far),
            percent(less_far)
        ),
        format!(
            "The policy has found a way to be paid without racing. The term {} grew most: pay it per metre of progress, or \
             make it smaller.",
            term.0
        ),
    )
}

/// A policy whose σ has shrunk to a fifth in both actions explores a twenty-fifth of what it did: 2 ln 5 nats.
const COLLAPSE_NATS: f64 = 3.2;
/// Of a list of actions, entropy begins at the logarithm of their number; a tenth of it is one action nearly always.
const COLLAPSE_SHARE: f64 = 0.1;
/// Part of a run within which that is early.
const EARLY: f64 = 1.0 / 3.0;
/// Who drives most of a lap by then has had reason to stop exploring.
const DRIVES: f64 = 0.8;

fn entropy_collapsed(measured: &Measured) -> Option<Finding> {
    let entropy = &measured.entropy;
    let first = *entropy.first().filter(|_| entropy.len() >= ENOUGH_ITERATIONS)?;
    let lowest = match measured.is_discrete {
        true => COLLAPSE_SHARE * first,
        false => first - COLLAPSE_NATS,
    };
    let at = entropy.iter().position(|nats| *nats < lowest)?;
    let share = at as f64 / entropy.len() as f64;
    let driven = *measured.completion.get(at)?;
    (share < EARLY && driven < DRIVES).then_some(())?;
    finding(
        Kind::Problem,
        "The policy stopped exploring early",
        format!(
            "Entropy fell from {first:.2} to below {lowest:.2} nats within {} of the run, when {} of a lap were driven.",
            percent(share),
            percent(driven)
        ),
        "Pay more for entropy (--set entropy_weight=0.01), or lower the learning rate. A reward with a large penalty makes \
         policies timid: try a smaller one.",
    )
}

/// Divergence of the policy per iteration, nats. PPO's usual target is 0.01 to 0.02; above, old steps say little about the
/// new policy.
const LARGE_KL: f64 = 0.03;
/// Share of steps whose gradient is clipped. 0.1 to 0.2 is usual; above, many of the steps teach nothing.
const LARGE_CLIP: f64 = 0.3;

fn steps_too_large(measured: &Measured) -> Option<Finding> {
    let kl = mean(&measured.approx_kl, 0.25, 1.0)?;
    let clip = mean(&measured.clip_fraction, 0.25, 1.0)?;
    (kl > LARGE_KL || clip > LARGE_CLIP).then_some(())?;
    finding(
        Kind::Problem,
        "Each iteration changes the policy too much",
        format!("On average it diverges by {kl:.3} nats, and {} of the gradients are clipped.", percent(clip)),
        "Halve the learning rate (--set learning_rate=…), or make fewer passes over the collected steps (--set epochs=…).",
    )
}

/// Half of what comes is a fair prediction; below, advantages are mostly noise.
const FORESEEN: f64 = 0.5;

fn value_foresees_little(measured: &Measured) -> Option<Finding> {
    let foreseen = mean(&measured.explained_variance, 0.75, 1.0)?;
    (foreseen < FORESEEN).then_some(())?;
    finding(
        Kind::Problem,
        "The value function foresees little",
        format!("In the last quarter it explained {} of the returns' variance.", percent(foreseen.max(0.0))),
        "The reward may depend on what the policy cannot see, or jump: smooth it, or pay for what is visible. Otherwise give \
         the value loss more weight, or the network more units.",
    )
}

/// A term that makes up so much of all that is paid, in every part of the run, is the whole reward.
const RULING_SHARE: f64 = 0.95;
/// Parts in which that is looked at.
const PARTS: usize = 5;

/// Penalties do not count: once what they are for is learned, they are rightly near zero.
fn one_term_rules(measured: &Measured) -> Option<Finding> {
    let pays = |(_, curve): &&(String, Vec<f64>)| curve.iter().any(|paid| *paid > 0.0);
    let paying: Vec<_> = measured.terms.iter().filter(pays).collect();
    if paying.len() < 2 {
        return None;
    }
    let share_in = |term: &[f64], part: usize| {
        let [from, to] = [part, part + 1].map(|edge| edge as f64 / PARTS as f64);
        let size = |curve: &[f64]| mean(curve, from, to).map(f64::abs);
        let all: f64 = paying.iter().filter_map(|(_, curve)| size(curve)).sum();
        size(term).map(|own| own / all.max(f64::MIN_POSITIVE))
    };
    let least = |term: &[f64]| {
        let shares = (0..PARTS).map(|part| share_in(term, part)).collect::<Option<Vec<_>>>()?;
        shares.into_iter().reduce(f64::min)
    };
    let (name, share) = paying
        .iter()
        .find_map(|(name, term)| least(term).filter(|share| *share >= RULING_SHARE).map(|share| (name, share)))?;
    finding(
        Kind::Chance,
        format!("The reward is {name} and nearly nothing else"),
        format!("All through the run it was at least {} of what is paid.", percent(share)),
        "The other terms teach next to nothing: make them larger, or leave them out.",
    )
}

/// Twice and a half of what each of six sectors would have if mistakes fell anywhere.
const CLUSTER_SHARE: f64 = 0.4;
/// Fewer mistakes may lie together by chance.
const ENOUGH_FAULTS: usize = 10;

fn faults_cluster(measured: &Measured) -> Option<Finding> {
    let counts = measured.training_faults();
    let all: usize = counts.iter().sum();
    let (sector, most) = counts.into_iter().enumerate().max_by_key(|(_, count)| *count)?;
    let share = most as f64 / all.max(1) as f64;
    (all >= ENOUGH_FAULTS && share >= CLUSTER_SHARE).then_some(())?;
    finding(
        Kind::Chance,
        format!("Cars go wrong in sector {}", sector + 1),
        format!("{most} of {all} traced mistakes, {}, lie in that sixth of the lap.", percent(share)),
        "Look at the map of mistakes: cars arrive there too fast or on the wrong side. Pay for slowing down before it, or let \
         more episodes start there.",
    )
}

/// Times that differ by more than this share between starts that differ by centimetres.
const START_SPREAD: f64 = 0.03;

fn depends_on_the_start(measured: &Measured) -> Option<Finding> {
    let secs = || measured.races.iter().map(|(secs, _)| *secs);
    let (fastest, slowest) = (secs().reduce(f64::min)?, secs().reduce(f64::max)?);
    let spread = slowest / fastest - 1.0;
    let resets: Vec<_> = measured.races.iter().map(|(_, resets)| resets.to_string()).collect();
    (spread > START_SPREAD).then_some(())?;
    finding(
        Kind::Problem,
        "How it races depends on the start",
        format!(
            "From {} starts that differ by centimetres it needs {fastest:.2} to {slowest:.2} s, and is put back {} times.",
            measured.races.len(),
            resets.join(", ")
        ),
        "It drives at the edge of what it can catch. A larger penalty for leaving the track, randomised conditions or more \
         training make it steadier.",
    )
}

/// A gap to par that is worth a finding.
const WORTHWHILE_GAP: f64 = 0.03;
/// Twice of what each of six sectors would lose if time were lost everywhere.
const SLOW_SHARE: f64 = 0.33;
/// Who wins so much of what is lost in a sector in the one before it has carried too much speed into it.
const PAID_FOR: f64 = 0.25;

fn slow_sector(measured: &Measured) -> Option<Finding> {
    let sectors = measured.sector_secs?;
    let lost = sectors.map(|[own, par]| own - par);
    let all: f64 = lost.iter().sum();
    let (sector, most) = lost.into_iter().enumerate().max_by(|(_, one), (_, other)| one.total_cmp(other))?;
    (all > WORTHWHILE_GAP * measured.par_secs && most > SLOW_SHARE * all).then_some(())?;
    let [own, par] = sectors[sector];
    let before = (sector + SECTORS - 1) % SECTORS;
    let advice = match -lost[before] > PAID_FOR * most {
        true => format!(
            "It arrives too fast: sector {} is {:.2} s quicker than par's, and that is paid for here. Braking earlier wins more \
             than it costs: compare its line with par's on the map.",
            before + 1,
            -lost[before]
        ),
        false => "Compare its line with par's on the map: a curve that is left slowly costs all of the straight that follows."
            .into(),
    };
    finding(
        Kind::Chance,
        format!("Most time is lost in sector {}", sector + 1),
        format!("It takes {own:.2} s there, par {par:.2} s: {most:.2} s more, of {all:.2} s over the whole lap."),
        advice,
    )
}

/// Less than this share of the speed that par reaches is not for want of straights.
const FAST_SHARE: f64 = 0.9;

fn never_fast(measured: &Measured) -> Option<Finding> {
    let Measured { top_speed_mps: own, par_top_speed_mps: par, .. } = *measured;
    (own > 0.0 && own < FAST_SHARE * par).then_some(())?;
    finding(
        Kind::Chance,
        "It never drives as fast as it could",
        format!("Its highest speed is {own:.1} m/s; par reaches {par:.1} m/s on this track."),
        "Pay for speed or for metres per step, and see that the action space allows it.",
    )
}

/// A turn back in every fifth step is three a second.
const ZIGZAG: f64 = 0.2;

fn zigzags(measured: &Measured) -> Option<Finding> {
    (measured.zigzag > ZIGZAG).then_some(())?;
    finding(
        Kind::Chance,
        "It steers in zigzags",
        format!("In {} of the steps the steering is thrown back by more than 5°.", percent(measured.zigzag)),
        "Sliding tyres cost speed. Take a little away for each change of the steering, or let the policy act on smoother \
         noise by a longer training.",
    )
}

/// Last part of a run in which a better lap says that there is more to come.
const END: f64 = 0.9;
/// A gain that a few more seconds of training are worth.
const LAP_GAIN: f64 = 0.005;

fn still_improving(measured: &Measured) -> Option<Finding> {
    let best = |is_late: bool| {
        let laps = measured.evaluated_laps.iter().filter(|(share, _)| (*share > END) == is_late);
        laps.map(|(_, secs)| *secs).reduce(f64::min)
    };
    let (before, after) = (best(false)?, best(true)?);
    (after < before * (1.0 - LAP_GAIN)).then_some(())?;
    finding(
        Kind::Chance,
        "It was still getting faster at the end",
        format!("In the last tenth of the run its best lap went from {before:.2} to {after:.2} s."),
        "Train longer: paddock train --resume, with more --seconds or --steps.",
    )
}

/// So close to par little is to be gained.
const NEAR_PAR: f64 = 0.03;

/// Only where nothing goes wrong.
fn near_par(measured: &Measured) -> Option<Finding> {
    let best = measured.best_lap_secs?;
    let gap = best / measured.par_secs - 1.0;
    (gap < NEAR_PAR).then_some(())?;
    finding(
        Kind::Good,
        "This is close to what physics allow",
        format!("The best clean lap of {best:.3} s is {:.1} % above par, {:.2} s.", gap * 100.0, measured.par_secs),
        "Try a harder track, several tracks at once, or a race against others.",
    )
}

fn percent(share: f64) -> String {
    format!("{:.0} %", share * 100.0)
}

#[cfg(test)]
#[path = "findings_tests.rs"]
mod tests;
