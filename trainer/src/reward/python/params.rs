//! `params`: what DeepRacer tells a reward of a car, key by key, and how it is sent.
//!
//! Units and traps are DeepRacer's, so that its rewards run unchanged: degrees, the car's nose instead of its middle,
//! commanded speed and steering. `docs/rewards.md` explains them to those who write rewards.

use sim::{Car, Place, Road, StepFacts, Vector, World, camera, obstacle::ObstacleKind};

/// How far ahead of its middle a car's nose is, metres: the point that DeepRacer takes for the car.
pub const NOSE_M: f32 = 0.14;

/// A key of `params`.
#[derive(Debug)]
pub struct Key {
    pub name: &'static str,
    pub column: Column,
}

/// How the values of a key are sent for a batch of cars, one after the other, and what they are.
#[derive(Debug)]
pub enum Column {
    /// f64
    Number(fn(&Params) -> f64),
    /// i32
    Whole(fn(&Params) -> i32),
    /// One byte, 0 or 1.
    Truth(fn(&Params) -> bool),
    /// Two i32.
    Pair(fn(&Params) -> [i32; 2]),
    /// i32: number of a road, whose centre line the worker knows.
    Road(fn(&Params) -> i32),
    /// Lists, one item per object. Before the first of them stands how many objects each car has, i32.
    Numbers(fn(&Object) -> f64),
    Truths(fn(&Object) -> bool),
    /// Two f64.
    Points(fn(&Object) -> [f64; 2]),
}

impl Column {
    /// As `worker.py` calls it.
    pub fn kind(&self) -> char {
        match self {
            Self::Number(_) => 'f',
            Self::Whole(_) => 'i',
            Self::Truth(_) => 'b',
            Self::Pair(_) => 'p',
            Self::Road(_) => 'r',
            Self::Numbers(_) => 'F',
            Self::Truths(_) => 'B',
            Self::Points(_) => 'P',
        }
    }
}

const fn key(name: &'static str, column: Column) -> Key {
    Key { name, column }
}

/// All keys: those that DeepRacer documents, and the four that its simulator has besides.
pub static KEYS: [Key; 27] = [
    key("all_wheels_on_track", Column::Truth(|it| it.all_wheels_on_track)),
    key("x", Column::Number(|it| it.nose[0])),
    key("y", Column::Number(|it| it.nose[1])),
    key("heading", Column::Number(|it| it.heading_deg)),
    key("distance_from_center", Column::Number(|it| it.distance_from_center_m)),
    key("projection_distance", Column::Number(|it| it.projection_distance_m)),
    key("is_left_of_center", Column::Truth(|it| it.is_left_of_center)),
    key("is_reversed", Column::Truth(|it| it.is_reversed)),
    key("progress", Column::Number(|it| it.progress_percent)),
    key("steps", Column::Whole(|it| it.steps)),
    key("speed", Column::Number(|it| it.speed_mps)),
    key("steering_angle", Column::Number(|it| it.steering_deg)),
    key("track_width", Column::Number(|it| it.track_width_m)),
    key("track_length", Column::Number(|it| it.track_length_m)),
    key("waypoints", Column::Road(|it| it.road)),
    key("closest_waypoints", Column::Pair(|it| it.closest_waypoints)),
    key("closest_objects", Column::Pair(|it| it.closest_objects)),
    key("objects_location", Column::Points(|it| it.location)),
    key("objects_distance", Column::Numbers(|it| it.distance_m)),
    key("objects_distance_from_center", Column::Numbers(|it| it.distance_from_center_m)),
    key("objects_left_of_center", Column::Truths(|it| it.is_left_of_center)),
    key("objects_heading", Column::Numbers(|it| it.heading_rad)),
    key("objects_speed", Column::Numbers(|it| it.speed_mps)),
    key("object_in_camera", Column::Truth(|it| it.object_in_camera)),
    key("is_crashed", Column::Truth(|it| it.is_crashed)),
    key("is_offtrack", Column::Truth(|it| it.is_offtrack)),
    key("sim_time", Column::Number(|it| it.sim_secs)),
];

/// What there is to say of one car.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Params {
    pub all_wheels_on_track: bool,
    /// The nose, metres.
    pub nose: [f64; 2],
    /// (−180, 180].
    pub heading_deg: f64,
    /// Of the nose.
    pub distance_from_center_m: f64,
    /// Way along the centre line from the start line to the nose.
    pub projection_distance_m: f64,
    pub is_left_of_center: bool,
    /// Whether the track is driven against the order of its file.
    pub is_reversed: bool,
    /// Of a lap, since the start of the episode, 0 to 100.
    pub progress_percent: f64,
    /// Of the episode, from 1.
    pub steps: i32,
    /// Commanded.
    pub speed_mps: f64,
    /// Commanded, + left.
    pub steering_deg: f64,
    /// Where the nose is.
    pub track_width_m: f64,
    pub track_length_m: f64,
    /// Number of the road among those that the worker knows.
    pub road: i32,
    /// Behind the nose and before it.
    pub closest_waypoints: [i32; 2],
    /// Behind and before; both 0 without objects.
    pub closest_objects: [i32; 2],
    pub objects: Vec<Object>,
    /// Whether the next object is in the camera's view.
    pub object_in_camera: bool,
    pub is_crashed: bool,
    /// Whether all four wheels were outside.
    pub is_offtrack: bool,
    /// Seconds of driving since the worker started.
    pub sim_secs: f64,
}

/// Something on the road besides the car.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Object {
    pub location: [f64; 2],
    /// Way along the centre line from the start line.
    pub distance_m: f64,
    pub distance_from_center_m: f64,
    pub is_left_of_center: bool,
    /// Of cars; 0 of boxes. Radians, as DeepRacer's simulator gives it.
    pub heading_rad: f64,
    pub speed_mps: f64,
}

impl Params {
    /// Where a nose is that points to `heading` (a unit vector).
    pub fn stand(&mut self, road: &Road, nose: Vector, place: Place, heading: Vector) {
        let [left, right] = road.half_widths(place);
        self.nose = point(nose);
        self.heading_deg = f64::from(heading.y.atan2(heading.x)).to_degrees();
        self.distance_from_center_m = f64::from(nose.distance(road.centre(place)));
        self.projection_distance_m = f64::from(place.s_m);
        self.is_left_of_center = place.lateral_m > 0.0;
        self.track_width_m = f64::from(left + right);
        self.track_length_m = f64::from(road.length_m());
        // The list of waypoints ends with its first again, so the next one is always there.
        self.closest_waypoints = [place.segment as i32, place.segment as i32 + 1];
    }

    /// What the sim says of a car of `world` after a control step.
    pub fn read(&mut self, world: &World, car: usize, facts: &StepFacts, has_objects: bool) {
        let (own, road) = (&world.cars()[car], world.road_of(car));
        let nose = own.position() + own.nose() * NOSE_M;
        self.stand(road, nose, road.locate(nose, own.place().segment), own.nose());
        self.all_wheels_on_track = facts.all_on_track;
        self.is_offtrack = facts.off_track;
        self.is_crashed = facts.crashed;
        self.speed_mps = f64::from(own.command.speed_mps);
        self.steering_deg = f64::from(own.command.steering_rad).to_degrees();
        if has_objects {
            self.look(world, car, own, road);
        }
    }

    /// What else is on the road.
    fn look(&mut self, world: &World, car: usize, own: &Car, road: &Road) {
        self.objects.clear();
        self.closest_objects = [0; 2];
        self.object_in_camera = false;
        // On a ring, whoever is furthest ahead is next behind.
        let [mut least_m, mut most_m] = [f32::INFINITY, f32::NEG_INFINITY];
        for (number, user) in world.others_of(car).enumerate() {
            let way_m = road.shortest_way(user.place.s_m - own.place().s_m);
            let ahead_m = if way_m > 0.0 { way_m } else { way_m + road.length_m() };
            if ahead_m > most_m {
                most_m = ahead_m;
                self.closest_objects[0] = number as i32;
            }
            if ahead_m < least_m {
                least_m = ahead_m;
                self.closest_objects[1] = number as i32;
                self.object_in_camera = camera::has_in_view(own.position(), own.nose(), &user.obstacle);
            }
            let axis = user.obstacle.axis;
            self.objects.push(Object {
                location: point(user.obstacle.centre),
                distance_m: f64::from(user.place.s_m),
                distance_from_center_m: f64::from(user.place.lateral_m.abs()),
                is_left_of_center: user.place.lateral_m > 0.0,
                heading_rad: match user.obstacle.kind {
                    ObstacleKind::Box => 0.0,
                    ObstacleKind::Car => f64::from(axis.y.atan2(axis.x)),
                },
                speed_mps: f64::from(user.velocity.length()),
            });
        }
    }
}

fn point(vector: Vector) -> [f64; 2] {
    [f64::from(vector.x), f64::from(vector.y)]
}

/// Writes a batch: how many cars, their numbers, then the columns of `keys`.
pub fn write_batch<'a>(
    frame: &mut Vec<u8>,
    keys: &[&Key],
    cars: impl ExactSizeIterator<Item = i32>,
    states: impl Iterator<Item = &'a Params> + Clone,
) {
    frame.clear();
    frame.extend((cars.len() as u32).to_ne_bytes());
    cars.for_each(|car| frame.extend(car.to_ne_bytes()));
    let mut has_counts = false;
    for key in keys {
        let mut objects = |frame: &mut Vec<u8>| {
            if !std::mem::replace(&mut has_counts, true) {
                states.clone().for_each(|it| frame.extend((it.objects.len() as i32).to_ne_bytes()));
            }
            states.clone().flat_map(|it| &it.objects)
        };
        match key.column {
            Column::Number(get) => states.clone().for_each(|it| frame.extend(get(it).to_ne_bytes())),
            Column::Whole(get) | Column::Road(get) => states.clone().for_each(|it| frame.extend(get(it).to_ne_bytes())),
            Column::Truth(get) => states.clone().for_each(|it| frame.push(get(it).into())),
            Column::Pair(get) => {
                states.clone().for_each(|it| frame.extend(get(it).map(i32::to_ne_bytes).as_flattened()))
            }
            Column::Numbers(get) => objects(frame).for_each(|it| frame.extend(get(it).to_ne_bytes())),
            Column::Truths(get) => objects(frame).for_each(|it| frame.push(get(it).into())),
            Column::Points(get) => {
                objects(frame).for_each(|it| frame.extend(get(it).map(f64::to_ne_bytes).as_flattened()));
            }
        }
    }
}
