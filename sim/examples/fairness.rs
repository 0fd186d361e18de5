//! Is a place on the grid worth more than its distance? `cargo run --release -p sim --example fairness [RACES]`
//!
//! Eight cars of one policy, whose sensors are noisy so that no two races are alike, from all grid orders. The slots
//! differ by the way that they are behind; what they differ more by is unfair.

use sim::{drivers, judge::GRID_SLOT_M, referee};
use sim_spec::{Conditions, RaceRules, RaceType, builtin_tracks};

const CARS: usize = 8;

fn main() {
    let races: u64 = std::env::args().nth(1).and_then(|count| count.parse().ok()).unwrap_or(400);
    let track = builtin_tracks::find("meadow").expect("a built-in track");
    let policy = drivers::centre_line(2.0);
    let rules = RaceRules {
        race_type: RaceType::HeadToHead { cars: CARS as u32 },
        conditions: Conditions { sensor_noise: 2.0, ..Conditions::default() },
        ..RaceRules::default()
    };
    let (mut secs, mut crashes) = ([0.0; CARS], [0; CARS]);
    let (mut wins_by_slot, mut wins_by_entry) = ([0; CARS], [0; CARS]);
    for seed in 0..races {
        let replay = referee::race_together(&track, &[&policy; CARS], &rules, seed);
        for (entry, result) in replay.results().iter().enumerate() {
            let slot = result.grid_place as usize - 1;
            secs[slot] += result.total_secs / races as f64;
            crashes[slot] += result.crashes;
            if result.finish_place == 1 {
                wins_by_slot[slot] += 1;
                wins_by_entry[entry] += 1;
            }
        }
    }
    println!("slot   wins  crashes  mean time  behind slot 1  its distance explains");
    // The way is driven at the policy's speed, less what rolling resistance takes.
    let explained = |slot: usize| GRID_SLOT_M as f64 * slot as f64 / 1.985;
    for slot in 0..CARS {
        let behind = secs[slot] - secs[0];
        let [place, wins, own] = [slot + 1, wins_by_slot[slot], crashes[slot] as usize];
        println!("{place:>4} {wins:>6} {own:>8} {:>8.2} s {behind:>+12.2} s {:>+20.2} s", secs[slot], explained(slot));
    }
    println!("wins by the order of entry: {wins_by_entry:?}");
}
