//! Each rule of a race from a hand-made situation.

use crate::{harbour, ring};
use sim::{
    CONTROL_HZ, PHYSICS_HZ, Road, World,
    car::{CarModel, Command},
    drivers,
    judge::{GRID_SLOT_M, Judge},
    race::Race,
    referee,
    world::Pose,
};
use sim_spec::{
    Bots, BoxPlace, Boxes, Conditions, Direction, RaceResult, RaceRules, RaceStatus, RaceType, Sha256Hex, Track,
    builtin_tracks,
};
use std::sync::Arc;

/// Straight ahead at 4 m/s.
const STRAIGHT_ON: [f32; 2] = [0.0, 1.0];
/// Straight ahead at a crawl.
const CRAWL: [f32; 2] = [0.0, -1.0];

fn result_of(race: Race) -> RaceResult {
    race.into_results(&harbour(), &[Sha256Hex::of(b"nobody")], 0).remove(0)
}

fn command(steering_rad: f32, speed_mps: f32) -> Command {
    Command { steering_rad, speed_mps }
}

/// Cars that are put where a rule applies.
struct Situation {
    world: World,
    judge: Judge,
}

impl Situation {
    fn new(track: &Track, rules: &RaceRules) -> Self {
        let road = Arc::new(Road::new(&track.driven(rules.direction)));
        let mut world = match rules.race_type.cars() {
            1 => World::alone(CarModel::default(), [road]),
            cars => World::together(CarModel::default(), road, cars),
        };
        let judge = Judge::start(&mut world, 0, rules, 1);
        Self { world, judge }
    }

    fn put(&mut self, car: usize, s_m: f32, speed_mps: f32) {
        self.world.put(car, Pose { s_m, speed_mps, ..Pose::default() });
        self.world.car_mut(car).command = command(0.0, speed_mps);
    }

    fn tick(&mut self) {
        self.judge.release(&mut self.world);
        self.world.step();
        self.judge.judge(&mut self.world);
    }

    /// Ticks until `done`, at most for so many seconds; gives back the seconds.
    fn until(&mut self, most_secs: u32, done: impl Fn(&Self) -> bool) -> f64 {
        let start = self.judge.secs();
        for _ in 0..most_secs * PHYSICS_HZ {
            self.tick();
            if done(self) {
                return self.judge.secs() - start;
            }
        }
        panic!("it did not happen within {most_secs} s");
    }

    fn crashes(&self, car: usize) -> u32 {
        self.judge.entrants()[car].faults().crashes
    }

    fn is_held(&self, car: usize) -> bool {
        self.world.cars()[car].is_held()
    }

    fn s_m(&self, car: usize) -> f32 {
        self.world.cars()[car].place().s_m
    }
}

fn with_boxes(places: &[(f64, f64)]) -> RaceRules {
    let places = places.iter().map(|(along, lateral)| BoxPlace { along: *along, lateral: *lateral }).collect();
    RaceRules { race_type: RaceType::ObjectAvoidance { boxes: Boxes::Fixed(places) }, ..RaceRules::default() }
}

fn with_bots(speed_mps: f64) -> RaceRules {
    let bots = Bots { count: 1, speed_mps, changes_lanes: false };
    RaceRules { race_type: RaceType::AgainstBots { bots }, ..RaceRules::default() }
}

fn head_to_head(cars: u32) -> RaceRules {
    RaceRules { race_type: RaceType::HeadToHead { cars }, ..RaceRules::default() }
}

#[test]
fn who_leaves_the_track_stands_where_it_left_while_the_clock_runs() {
    let rules = RaceRules { off_track_penalty_secs: 2.0, ..RaceRules::default() };
    let mut race = Race::new(&ring(3.0), &rules, 1);
    let mut left_at_m = 0.0;
    while !race.car(0).is_held() {
        left_at_m = race.entrant(0).distance_m();
        race.step(&[STRAIGHT_ON]);
    }
    let left_at_secs = race.secs();
    assert!(race.car(0).place().lateral_m.abs() < 1e-4, "on the centre line");
    assert_eq!(race.car(0).motion().velocity.length(), 0.0);
    let distance_m = race.entrant(0).distance_m();
    assert!(distance_m >= left_at_m && distance_m < left_at_m + 0.3);
    let mut standing_steps = 0;
    while race.car(0).is_held() {
        let before = race.car(0).position();
        race.step(&[STRAIGHT_ON]);
        standing_steps += 1;
        if race.car(0).is_held() {
            assert_eq!(race.car(0).position(), before, "a held car does not move");
        }
    }
    assert!((f64::from(standing_steps) / f64::from(CONTROL_HZ) - 2.0).abs() < 0.1);
    assert!((race.secs() - left_at_secs - 2.0).abs() < 0.1, "the clock runs on");
    race.step(&[STRAIGHT_ON]);
    assert!(race.car(0).motion().velocity.x > 0.0, "and then it drives on");
}

#[test]
fn every_off_track_is_counted_and_spoils_its_lap() {
    // Even a grip of 1 holds only 3.4 m/s on a radius of 1.2 m; a driver of 4 m/s leaves the ring again and again.
    let replay = referee::race(&ring(1.2), &drivers::centre_line(4.0), &RaceRules::default(), 1);
    let result = replay.result();
    assert!(result.off_tracks > 0);
    for lap in &result.laps {
        assert_eq!(lap.clean, lap.off_tracks == 0);
    }
    let on_laps: u32 = result.laps.iter().map(|lap| lap.off_tracks).sum();
    assert!(on_laps <= result.off_tracks);
    if result.status == RaceStatus::Finished {
        assert_eq!(on_laps, result.off_tracks);
    }
}

#[test]
fn a_lap_is_as_long_as_the_track_and_as_quick_as_the_car() {
    let result = referee::race(&ring(3.0), &drivers::centre_line(2.0), &RaceRules::default(), 1).result().clone();
    assert_eq!(result.status, RaceStatus::Finished);
    assert_eq!((result.completed_laps, result.laps.len(), result.off_tracks), (3, 3, 0));
    // Flying laps of 2π · 3 m. At 2 m/s less the rolling resistance (1.985 m/s), and a line a little inside.
    for lap in &result.laps[1..] {
        assert!((lap.secs - 18.85 / 1.985).abs() < 0.3, "{}", lap.secs);
    }
    let sum: f64 = result.laps.iter().map(|lap| lap.secs).sum();
    assert!((result.total_secs - sum).abs() < 1e-9);
    assert_eq!(result.best_lap_secs, result.laps.iter().map(|lap| lap.secs).min_by(f64::total_cmp));
}

#[test]
fn the_time_limit_ends_a_race() {
    let rules = RaceRules { time_limit_secs: 5.0, ..RaceRules::default() };
    let mut race = Race::new(&harbour(), &rules, 1);
    while !race.is_over() {
        race.step(&[CRAWL]);
    }
    let result = result_of(race);
    assert_eq!((result.status, result.total_secs, result.completed_laps), (RaceStatus::TimeUp, 5.0, 0));
    assert_eq!(result.best_lap_secs, None);
}

#[test]
fn nothing_moves_after_the_end() {
    let rules = RaceRules { laps: 1, ..RaceRules::default() };
    let mut race = Race::new(&harbour(), &RaceRules { time_limit_secs: 1.0, ..rules }, 1);
    while !race.is_over() {
        race.step(&[CRAWL]);
    }
    let (secs, position) = (race.secs(), race.car(0).position());
    race.step(&[STRAIGHT_ON]);
    assert_eq!((race.secs(), race.car(0).position()), (secs, position));
}

#[test]
fn the_seed_decides_the_grid_slot() {
    let start = |seed| Race::new(&harbour(), &RaceRules::default(), seed).car(0).position();
    assert_eq!(start(1), start(1));
    assert_ne!(start(1), start(2));
}

#[test]
fn who_runs_into_a_box_stands_a_metre_behind_it() {
    // In the middle of the road, a quarter of the way round.
    let mut it = Situation::new(&harbour(), &with_boxes(&[(0.25, 0.0)]));
    let box_m = it.world.road_of(0).length_m() * 0.25;
    it.put(0, box_m - 1.5, 2.0);
    it.until(2, |it| it.crashes(0) == 1);
    assert!((it.s_m(0) - (box_m - 1.0)).abs() < 0.02, "{} of {box_m}", it.s_m(0));
    let distance_m = it.judge.entrants()[0].distance_m();
    assert!((distance_m - f64::from(it.s_m(0))).abs() < 0.01, "way that was taken back does not count: {distance_m}");
    let stood_secs = it.until(10, |it| !it.is_held(0));
    assert!((stood_secs - 5.0).abs() < 0.05, "{stood_secs}");
    assert_eq!(it.judge.entrants()[0].faults().total(), 1);
}

#[test]
fn no_car_is_put_back_into_a_box() {
    // Two boxes a metre apart: a metre behind the second stands the first.
    let apart = 1.0 / harbour().length_m();
    let mut it = Situation::new(&harbour(), &with_boxes(&[(0.25, 0.0), (0.25 + apart, 0.0)]));
    let second_m = it.world.road_of(0).length_m() * 0.25 + 1.0;
    it.put(0, second_m - 0.45, 2.0);
    it.until(1, |it| it.crashes(0) == 1);
    let body = it.world.cars()[0].as_obstacle();
    assert!(it.world.heats()[0].traffic.boxes().iter().all(|standing| !standing.obstacle.overlaps(&body)));
    assert!(it.s_m(0) < second_m - 1.3);
}

#[test]
fn who_is_hit_from_behind_by_a_bot_has_not_crashed() {
    let mut it = Situation::new(&ring(3.0), &with_bots(1.0));
    let bot_m = |it: &Situation| it.world.others_of(0).next().expect("one bot").place.s_m;
    // A metre ahead of the bot, in its lane, and slower.
    let lane_m = it.world.others_of(0).next().expect("one bot").place.lateral_m;
    it.world.put(0, Pose { s_m: bot_m(&it) + 0.6, lateral_m: lane_m, speed_mps: 0.2, heading_rad: 0.0 });
    it.world.car_mut(0).command = command(0.055, 0.2);
    for _ in 0..3 * PHYSICS_HZ {
        it.tick();
        assert_eq!(it.judge.entrants()[0].faults().total(), 0);
    }
    let gap_m = it.s_m(0) - bot_m(&it);
    assert!((0.3..0.4).contains(&gap_m), "the bot waits behind it: {gap_m}");
}

#[test]
fn who_runs_into_a_bot_has_crashed() {
    let mut it = Situation::new(&ring(3.0), &with_bots(0.2));
    let place = it.world.others_of(0).next().expect("one bot").place;
    it.world.put(0, Pose { s_m: place.s_m - 1.0, lateral_m: place.lateral_m, speed_mps: 1.5, heading_rad: 0.0 });
    it.world.car_mut(0).command = command(0.055, 1.5);
    it.until(2, |it| it.crashes(0) == 1);
    assert!(it.is_held(0));
}

#[test]
fn of_two_cars_that_meet_fast_the_one_behind_crashes() {
    let mut it = Situation::new(&harbour(), &head_to_head(2));
    it.put(0, 2.0, 1.0);
    it.put(1, 1.0, 3.0);
    it.until(2, |it| it.crashes(1) == 1);
    assert_eq!(it.crashes(0), 0);
    assert!(it.is_held(1) && !it.is_held(0));
    let gap_m = it.s_m(0) - it.s_m(1);
    assert!((gap_m - 1.0).abs() < 0.1, "a metre behind what it hit: {gap_m}");
}

#[test]
fn cars_that_meet_slowly_push_each_other() {
    let rules = RaceRules { crash_speed_mps: 2.0, ..head_to_head(2) };
    let mut it = Situation::new(&harbour(), &rules);
    it.put(0, 2.0, 1.0);
    it.put(1, 1.5, 2.0);
    let momentum = |it: &Situation| it.world.cars().iter().map(|car| car.motion().velocity.x).sum::<f32>();
    let mut before = momentum(&it);
    it.until(2, |it| it.world.cars()[0].motion().velocity.x > 1.2);
    assert_eq!((it.crashes(0), it.crashes(1)), (0, 0));
    // Their motors push on, by 13 N and 13 N at most for a sixtieth of a second; the push itself changes nothing.
    for _ in 0..10 {
        let now = momentum(&it);
        assert!((now - before).abs() < 0.5, "{before} to {now}");
        before = now;
        it.tick();
    }
    let [front, rear] = [it.world.cars()[0].position(), it.world.cars()[1].position()];
    assert!(front.distance(rear) > 0.31, "they do not drive into each other");
}

#[test]
fn a_held_car_is_out_of_everybodys_way_until_its_place_is_clear() {
    let mut it = Situation::new(&harbour(), &head_to_head(2));
    it.put(0, 2.0, 1.0);
    it.put(1, 1.0, 3.0);
    it.until(2, |it| it.is_held(1));
    // The other car comes to stand where the held one stands.
    let place_m = it.s_m(1);
    it.put(0, place_m - 0.5, 0.5);
    it.until(2, |it| it.s_m(0) > place_m);
    it.world.car_mut(0).command = command(0.0, 0.0);
    let passed = it.world.cars()[0].motion().velocity.x;
    assert!(passed > 0.4, "nothing was in its way: {passed}");
    it.put(0, place_m, 0.0);
    // Penalty over, it still waits; the other is put back for standing still after a second, and then it may go.
    let rules = it.judge.rules().clone();
    assert_eq!(rules.immobilised_secs, 1.0);
    it.world.car_mut(0).command = command(0.0, 0.02);
    for _ in 0..6 * PHYSICS_HZ {
        it.tick();
        let bodies = [0, 1].map(|car| it.world.cars()[car].as_obstacle());
        assert!(it.is_held(0) || it.is_held(1) || !bodies[0].overlaps(&bodies[1]), "both on one place");
    }
}

#[test]
fn who_stands_still_is_put_back() {
    let mut it = Situation::new(&harbour(), &RaceRules::default());
    it.put(0, 3.0, 0.0);
    let secs = it.until(3, |it| it.judge.entrants()[0].faults().immobilised == 1);
    assert!((secs - 1.0).abs() < 0.05, "{secs}");
}

#[test]
fn who_drives_backwards_is_put_back_the_right_way_round() {
    let mut it = Situation::new(&harbour(), &RaceRules::default());
    let turned = Pose { s_m: 3.0, heading_rad: std::f32::consts::PI, speed_mps: 0.5, lateral_m: 0.0 };
    it.world.put(0, turned);
    it.world.car_mut(0).command = command(0.0, 0.5);
    let secs = it.until(3, |it| it.judge.entrants()[0].faults().reversed == 1);
    assert!((secs - 1.0).abs() < 0.1, "{secs}");
    let (road, car) = (it.world.road_of(0), &it.world.cars()[0]);
    assert!(car.nose().dot(road.tangent(car.place())) > 0.99);
    assert!((2.3..2.7).contains(&it.s_m(0)), "half a metre back: {}", it.s_m(0));
}

#[test]
fn one_reset_too_many_ends_the_race() {
    let rules = RaceRules { max_resets: Some(1), off_track_penalty_secs: 0.1, ..RaceRules::default() };
    let mut race = Race::new(&ring(1.2), &rules, 1);
    while !race.is_over() {
        race.step(&[STRAIGHT_ON]);
    }
    let result = result_of(race);
    assert_eq!((result.status, result.off_tracks), (RaceStatus::OutOfResets, 2));
    assert!(result.total_secs < 60.0);
}

#[test]
fn a_track_is_driven_either_way_round() {
    let reverse = RaceRules { direction: Direction::Reverse, ..RaceRules::default() };
    let [forward, backward] = [RaceRules::default(), reverse]
        .map(|rules| referee::race(&harbour(), &drivers::centre_line(1.5), &rules, 1).result().clone());
    assert_eq!((backward.status, backward.off_tracks), (RaceStatus::Finished, 0));
    assert_eq!(forward.track_sha256, backward.track_sha256);
    assert!((forward.total_secs - backward.total_secs).abs() < 0.5, "the same way, the other way round");
    assert_ne!(forward.total_secs, backward.total_secs);
}

#[test]
fn the_grid_is_drawn_and_staggered() {
    let order = |seed| {
        let race = Race::new(&harbour(), &head_to_head(8), seed);
        for car in 0..8 {
            let slot = race.entrant(car).grid_place() - 1;
            let behind_m = -GRID_SLOT_M * slot as f32;
            let s_m = race.world().road_of(car).shortest_way(race.car(car).place().s_m);
            assert!((s_m - behind_m).abs() < 0.05, "slot {slot}: {s_m}");
            assert!((race.entrant(car).distance_m() - f64::from(behind_m)).abs() < 1e-6);
            for other in 0..car {
                assert!(!race.car(car).as_obstacle().overlaps(&race.car(other).as_obstacle()));
            }
        }
        (0..8).map(|car| race.entrant(car).grid_place()).collect::<Vec<_>>()
    };
    let orders: Vec<_> = (0..20).map(order).collect();
    assert!(orders.iter().all(|order| (1..=8).all(|place| order.contains(&place))));
    // Everybody is first now and then.
    assert!((0..8).filter(|car| orders.iter().any(|order| order[*car] == 1)).count() >= 6);
    assert_eq!(order(3), orders[3]);
}

#[test]
fn who_is_faster_wins_from_the_back_of_the_grid() {
    let (fast, slow) = (drivers::centre_line(2.2), drivers::centre_line(1.2));
    let mut fast_started_last = false;
    for seed in 0..6 {
        let replay = referee::race_together(&ring(3.0), &[&slow, &fast], &head_to_head(2), seed);
        let [slow, fast] = replay.results() else { panic!("two results") };
        fast_started_last |= fast.grid_place == 2;
        // On the same line it runs into the slower one again and again; each time costs it five seconds.
        let places = [slow.finish_place, fast.finish_place];
        assert!(places == [1, 2] || places == [2, 1], "{places:?}");
        if fast.crashes == 0 {
            assert_eq!(places, [2, 1]);
        }
        assert_eq!(slow.crashes, 0, "who is hit from behind is not to blame");
        assert_eq!(referee::verify(&replay).as_deref(), Ok(replay.results()));
    }
    assert!(fast_started_last);
}

#[test]
fn seeded_boxes_stand_apart_in_the_lanes() {
    for seed in 0..50 {
        let rules =
            RaceRules { race_type: RaceType::ObjectAvoidance { boxes: Boxes::Seeded(6) }, ..RaceRules::default() };
        let race = Race::new(&harbour(), &rules, seed);
        let road = race.world().road_of(0);
        let boxes = race.world().heats()[0].traffic.boxes();
        let places: Vec<_> = boxes.iter().map(|standing| standing.place).collect();
        assert_eq!(places.len(), 6);
        for pair in places.windows(2) {
            assert!(pair[1].s_m - pair[0].s_m > 0.08 * road.length_m());
        }
        for place in places {
            assert!((0.06..0.91).contains(&(place.s_m / road.length_m())));
            let share = place.lateral_m.abs() / road.half_widths(place)[0];
            assert!((share - 0.5).abs() < 0.15, "{share}");
        }
    }
}

/// Eight cars of one policy from grids in any order: a place on the grid is worth its distance and no more, and the order
/// of entry is worth nothing. `examples/fairness.rs` prints the figures.
#[test]
fn no_place_on_the_grid_is_worth_more_than_its_distance() {
    const CARS: usize = 8;
    const RACES: u64 = 120;
    let track = builtin_tracks::find("meadow").expect("a built-in track");
    let policy = drivers::centre_line(2.0);
    let conditions = Conditions { sensor_noise: 2.0, ..Conditions::default() };
    let rules = RaceRules { laps: 1, conditions, ..head_to_head(CARS as u32) };
    let (mut mean_secs, mut wins) = ([0.0; CARS], [0.0_f64; CARS]);
    for seed in 0..RACES {
        let replay = referee::race_together(&track, &[&policy; CARS], &rules, seed);
        for (entry, result) in replay.results().iter().enumerate() {
            mean_secs[result.grid_place as usize - 1] += result.total_secs / RACES as f64;
            wins[entry] += f64::from(u8::from(result.finish_place == 1));
        }
    }
    for slot in 1..CARS {
        let explained_secs = f64::from(GRID_SLOT_M) * slot as f64 / 1.985;
        let unexplained_secs = mean_secs[slot] - mean_secs[0] - explained_secs;
        assert!(unexplained_secs.abs() < 0.08, "slot {}: {unexplained_secs} s", slot + 1);
    }
    // Pearson's χ² with 7 degrees of freedom: 18.5 is passed by one fair lottery in a hundred.
    let expected = RACES as f64 / CARS as f64;
    let chi_squared: f64 = wins.iter().map(|wins| (wins - expected) * (wins - expected) / expected).sum();
    assert!(chi_squared < 18.5, "{wins:?}");
}
