//! Crashes: who ran into what, and who is to blame.
//!
//! As in DeepRacer, whoever runs into something that is ahead of it has crashed, and whoever is hit from behind has not.

use crate::{obstacle::ObstacleKind, road::Place, world::World};

/// Cars closer than this touch, metres: rapier keeps bodies apart by about as much.
const TOUCH_M: f32 = 0.01;

/// Something that a car ran into.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Crash {
    /// Way along the centre line to the middle of what it ran into, metres; a box that the car slid into sideways may be
    /// behind.
    pub ahead_m: f32,
}

/// What the car of that number has run into in the last physics step. A touch of two racing cars counts from a speed of
/// `crash_speed_mps` towards each other.
pub fn crash(world: &World, car: usize, crash_speed_mps: f32) -> Option<Crash> {
    let own = &world.cars()[car];
    let road = world.road_of(car);
    let heat = world.heat_of(car);
    let body = own.as_obstacle();
    let ahead_m = |place: Place| road.shortest_way(place.s_m - own.place().s_m);
    for user in heat.traffic.users(road).filter(|user| user.obstacle.overlaps(&body)) {
        let ahead_m = ahead_m(user.place);
        if user.obstacle.kind == ObstacleKind::Box || ahead_m > 0.0 {
            return Some(Crash { ahead_m });
        }
    }
    let mut grown = body;
    grown.half_size_m = body.half_size_m.map(|half| half + TOUCH_M);
    let others = heat.cars().filter(|other| *other != car).map(|other| &world.cars()[other]);
    others.filter(|other| !other.is_held() && grown.overlaps(&other.as_obstacle())).find_map(|other| {
        let towards = (other.position() - own.position()).normalize_or_zero();
        // What they were like before they touched: the contact has already taken the speed away.
        let closing_mps = (own.velocity_before() - other.velocity_before()).dot(towards);
        let ahead_m = ahead_m(other.place());
        (closing_mps >= crash_speed_mps && ahead_m > 0.0).then_some(Crash { ahead_m })
    })
}
