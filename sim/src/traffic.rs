//! Boxes and bots: what is on the road besides the cars that policies drive.

use crate::{
    PHYSICS_HZ, STEP_SECS,
    obstacle::{Obstacle, ObstacleKind},
    rng::{self, Purpose},
    road::{Place, Road},
    world::Car,
};
use rand_pcg::Pcg32;
use rapier2d::math::Vector;
use sim_spec::{Bots, BoxPlace, Boxes, RaceType};

/// Boxes stand, and bots change lanes, in the middle between the centre line and a border: DeepRacer's lanes.
const LANE: f32 = 0.5;
/// Seeded boxes stand between these shares of the lap: never on the grid, and never at once after it (DeepRacer's).
const BOXES_ALONG: [f32; 2] = [0.07, 0.9];
/// Each box stands within this share of its part of the lap, so that two neighbours never stand side by side.
const BOX_FREEDOM: f32 = 0.4;
/// A bot changes lanes after so many seconds (DeepRacer's).
const LANE_KEPT_SECS: [f32; 2] = [3.0, 5.0];
/// Way along the road in which a bot changes lanes, metres (DeepRacer's).
const LANE_CHANGE_M: f32 = 1.0;

/// Something on the road, and where.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RoadUser {
    pub obstacle: Obstacle,
    /// m/s
    pub velocity: Vector,
    /// Where its middle is on the road.
    pub place: Place,
}

/// The boxes and bots of a heat.
#[derive(Debug, Clone, Default)]
pub struct Traffic {
    boxes: Vec<RoadUser>,
    bots: Vec<Bot>,
}

/// A car that goes round at a steady pace.
#[derive(Debug, Clone)]
struct Bot {
    s_m: f32,
    /// Where it is across the road, −1 (right lane) to 1 (left lane).
    lane: f32,
    /// The lane that it is in or changes to: −1 or 1.
    wanted_lane: f32,
    speed_mps: f32,
    /// Physics steps until it changes lanes again; `None` if it never does.
    keeps_lane_for: Option<u32>,
    rng: Pcg32,
}

impl Traffic {
    /// The traffic of a race. Equal seeds give equal traffic on the same road; what was here before is gone.
    pub fn set_up(&mut self, race_type: &RaceType, road: &Road, seed: u64) {
        self.boxes.clear();
        self.bots.clear();
        match race_type {
            RaceType::TimeTrial | RaceType::HeadToHead { .. } => {}
            RaceType::ObjectAvoidance { boxes: Boxes::Fixed(places) } => {
                self.boxes.extend(places.iter().map(|place| box_at(road, *place)));
            }
            RaceType::ObjectAvoidance { boxes: Boxes::Seeded(count) } => self.scatter_boxes(*count, road, seed),
            RaceType::AgainstBots { bots } => self.line_up(bots, road, seed),
        }
    }

    /// One box in each of `count` equal parts of the lap, in a lane drawn for each.
    fn scatter_boxes(&mut self, count: u32, road: &Road, seed: u64) {
        let mut rng = rng::stream(seed, Purpose::Boxes, 0);
        let [first, last] = BOXES_ALONG;
        let part = (last - first) / count as f32;
        for index in 0..count {
            let along = first + part * (index as f32 + rng::uniform(&mut rng, 0.0, BOX_FREEDOM));
            let lateral = draw_lane(&mut rng) * LANE;
            let place = BoxPlace { along: f64::from(along), lateral: f64::from(lateral) };
            self.boxes.push(box_at(road, place));
        }
    }

    /// Bots spread evenly over the lap, none at the line.
    fn line_up(&mut self, bots: &Bots, road: &Road, seed: u64) {
        for index in 0..bots.count {
            let mut rng = rng::stream(seed, Purpose::Bots, u64::from(index));
            let lane = draw_lane(&mut rng);
            self.bots.push(Bot {
                s_m: road.length_m() * (index + 1) as f32 / (bots.count + 1) as f32,
                lane,
                wanted_lane: lane,
                speed_mps: bots.speed_mps as f32,
                keeps_lane_for: bots.changes_lanes.then(|| draw_lane_time(&mut rng)),
                rng,
            });
        }
    }

    /// One physics step: bots go on, but none into a car of `cars` that stands in its way.
    pub(crate) fn step(&mut self, road: &Road, cars: &[Car]) {
        for bot in &mut self.bots {
            let mut next = bot.clone();
            next.drive(road);
            let there = next.on(road).obstacle;
            let is_in_the_way = |car: &Car| {
                // Whoever drove into the bot from behind is not in its way.
                let is_ahead = road.shortest_way(car.place().s_m - bot.s_m) > 0.0;
                !car.is_held() && is_ahead && there.overlaps(&car.as_obstacle())
            };
            if !cars.iter().any(is_in_the_way) {
                *bot = next;
            }
        }
    }

    /// What stands.
    pub fn boxes(&self) -> &[RoadUser] {
        &self.boxes
    }

    /// Boxes, then bots.
    pub fn users(&self, road: &Road) -> impl Iterator<Item = RoadUser> {
        self.boxes.iter().copied().chain(self.bots.iter().map(|bot| bot.on(road)))
    }
}

impl Bot {
    fn drive(&mut self, road: &Road) {
        let way_m = self.speed_mps * STEP_SECS;
        let s_m = self.s_m + way_m;
        self.s_m = if s_m >= road.length_m() { s_m - road.length_m() } else { s_m };
        // From lane to lane is a way of 2.
        let reach = 2.0 * way_m / LANE_CHANGE_M;
        self.lane += (self.wanted_lane - self.lane).clamp(-reach, reach);
        if let Some(steps) = &mut self.keeps_lane_for {
            *steps = steps.saturating_sub(1);
            if *steps == 0 {
                self.wanted_lane = -self.wanted_lane;
                self.keeps_lane_for = Some(draw_lane_time(&mut self.rng));
            }
        }
    }

    fn on(&self, road: &Road) -> RoadUser {
        let place = beside(road, road.at(self.s_m), self.lane * LANE);
        let obstacle = Obstacle {
            kind: ObstacleKind::Car,
            centre: road.centre(place) + road.tangent(place).perp() * place.lateral_m,
            axis: road.tangent(place),
            half_size_m: Obstacle::CAR_HALF_SIZE_M,
            height_m: Obstacle::CAR_HEIGHT_M,
        };
        RoadUser { obstacle, velocity: obstacle.axis * self.speed_mps, place }
    }
}

fn box_at(road: &Road, place: BoxPlace) -> RoadUser {
    let place = beside(road, road.at(place.along as f32 * road.length_m()), place.lateral as f32);
    let obstacle = Obstacle {
        kind: ObstacleKind::Box,
        centre: road.centre(place) + road.tangent(place).perp() * place.lateral_m,
        axis: road.tangent(place),
        half_size_m: Obstacle::BOX_HALF_SIZE_M,
        height_m: Obstacle::BOX_HEIGHT_M,
    };
    RoadUser { obstacle, velocity: Vector::ZERO, place }
}

/// The place beside another, at a share of the half width on that side, + left.
fn beside(road: &Road, place: Place, lateral: f32) -> Place {
    let [left, right] = road.half_widths(place);
    Place { lateral_m: lateral * if lateral >= 0.0 { left } else { right }, ..place }
}

fn draw_lane(rng: &mut Pcg32) -> f32 {
    if rng::uniform(rng, 0.0, 1.0) < 0.5 { -1.0 } else { 1.0 }
}

/// Physics steps until the next change of lanes.
fn draw_lane_time(rng: &mut Pcg32) -> u32 {
    let [least, most] = LANE_KEPT_SECS;
    (rng::uniform(rng, least, most) * PHYSICS_HZ as f32) as u32
}
