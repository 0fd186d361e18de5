//! What things look like: grey levels, and the light on them.

use crate::{obstacle::ObstacleKind, rng};
use rand_pcg::Pcg32;
use rapier2d::math::Vector;

/// Grey levels, 0 to 255, and light.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Look {
    sky: f32,
    ground: f32,
    road: f32,
    line: f32,
    middle: f32,
    boxes: f32,
    cars: f32,
    /// Factor on all of them.
    light: f32,
    /// Where the sun stands, as a unit vector.
    sun: [f32; 2],
}

impl Look {
    /// Grass, asphalt, white and yellow lines, cardboard, on a bright day: the picture of a race whose conditions say
    /// nothing else.
    pub const PLAIN: Self = Self {
        sky: 205.0,
        ground: 120.0,
        road: 62.0,
        line: 240.0,
        middle: 180.0,
        boxes: 155.0,
        cars: 90.0,
        light: 1.0,
        sun: [0.6, 0.8],
    };

    /// Another place, another hour: colours and light drawn at random, lines always brighter than the road.
    pub(crate) fn random(rng: &mut Pcg32) -> Self {
        let mut between = |low: f32, high: f32| rng::uniform(rng, low, high);
        let road = between(30.0, 110.0);
        let (sin, cos) = libm::sincosf(between(-3.2, 3.2));
        Self {
            sky: between(120.0, 255.0),
            ground: between(40.0, 190.0),
            road,
            line: between(road + 80.0, 255.0),
            middle: between(road + 50.0, 230.0),
            boxes: between(60.0, 220.0),
            cars: between(20.0, 220.0),
            light: between(0.6, 1.15),
            sun: [cos, sin],
        }
    }

    /// The random look of a seed.
    pub fn drawn(seed: u64) -> Self {
        Self::random(&mut rng::stream(seed, rng::Purpose::Sensors, 0))
    }

    pub fn sky(&self) -> u8 {
        self.lit(self.sky)
    }

    pub fn ground(&self) -> u8 {
        self.lit(self.ground)
    }

    pub fn road(&self) -> u8 {
        self.lit(self.road)
    }

    /// The line along a border.
    pub fn line(&self) -> u8 {
        self.lit(self.line)
    }

    /// The dashed line in the middle.
    pub fn middle(&self) -> u8 {
        self.lit(self.middle)
    }

    /// A standing face that looks along `outwards`, a unit vector.
    pub fn face(&self, kind: ObstacleKind, outwards: Vector) -> u8 {
        /// What a face in the shade keeps.
        const SHADE: f32 = 0.6;
        let lit = outwards.dot(Vector::from_array(self.sun)).max(0.0);
        self.lit(self.of(kind) * (SHADE + (1.0 - SHADE) * lit))
    }

    /// A face that looks up.
    pub fn top(&self, kind: ObstacleKind) -> u8 {
        self.lit(self.of(kind))
    }

    fn of(&self, kind: ObstacleKind) -> f32 {
        match kind {
            ObstacleKind::Box => self.boxes,
            ObstacleKind::Car => self.cars,
        }
    }

    fn lit(&self, grey: f32) -> u8 {
        // A conversion to bytes saturates.
        (grey * self.light) as u8
    }
}
