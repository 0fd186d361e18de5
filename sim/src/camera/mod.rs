//! The camera: a grey picture of the road from the car's nose, drawn on the CPU.
//!
//! A pinhole camera above a flat ground. The ground is a plane, so pieces of road never hide each other and are painted in
//! any order; boxes and cars stand on it and are painted from far to near.
//!
//! ```text
//! world ─▶ camera space [right, down, depth] ─▶ cut at the near plane ─▶ pixels ─▶ Canvas::fill
//! ```

mod canvas;
mod look;

use crate::{obstacle::Obstacle, road::Road};
use canvas::Canvas;
pub use look::Look;
use rapier2d::math::Vector;
use sim_spec::observation::PICTURE;

/// Horizontal field of view: 64.7°, DeepRacer's 1.13 rad.
pub const FIELD_RAD: f32 = 1.13;
/// How far the camera looks down: 15°, DeepRacer's.
pub const PITCH_RAD: f32 = 15.0 / 180.0 * std::f32::consts::PI;
/// Height of the lens above the ground, metres: on DeepRacer's mast.
pub const HEIGHT_M: f32 = 0.16;
/// How far ahead of the car's middle the lens is, metres: at the front axle.
pub const AHEAD_M: f32 = 0.08;
/// How far it sees, metres: beyond, a road of a metre is five pixels wide.
pub const VIEW_M: f32 = 10.0;

/// Nothing nearer to the lens than this is drawn, metres of depth.
const NEAR_M: f32 = 0.04;
/// Width of the line along a border and of the dashed line in the middle, metres.
const BORDER_LINE_M: f32 = 0.05;
const MIDDLE_LINE_M: f32 = 0.04;
/// Every other piece of the middle line of this length is painted, metres.
const DASH_M: f32 = 0.3;

/// A point in camera space: right, down and depth, metres.
type Point = [f32; 3];

/// A camera, and what it needs to draw. One serves any number of cars.
#[derive(Debug, Clone)]
pub struct Camera {
    canvas: Canvas,
    /// Pixels per unit of right over depth.
    focal: f32,
    pitch: [f32; 2],
    /// The cross-sections in camera space: left border, its line's inner edge, the right ones, both edges of the middle line.
    sections: Vec<[Point; 6]>,
    /// The segments that may be seen.
    visible: Vec<usize>,
    /// Which obstacles are drawn, and how far they are.
    order: Vec<(f32, usize)>,
}

/// Where the lens is and looks, on the ground.
#[derive(Clone, Copy)]
struct Lens {
    position: Vector,
    nose: Vector,
    sin: f32,
    cos: f32,
}

impl Lens {
    /// A point of the world at a height, metres, in camera space.
    fn see(&self, point: Vector, height_m: f32) -> Point {
        let apart = point - self.position;
        let [ahead, left, up] = [apart.dot(self.nose), self.nose.perp_dot(apart), height_m - HEIGHT_M];
        [-left, -(ahead * self.sin + up * self.cos), ahead * self.cos - up * self.sin]
    }
}

/// Whether a car at `position` that looks along `nose` has any of an obstacle before its lens: its middle or one of its
/// corners inside the field of view and as near as the camera sees. What stands in between is not asked.
pub fn has_in_view(position: Vector, nose: Vector, obstacle: &Obstacle) -> bool {
    let lens = position + nose * AHEAD_M;
    let slope = libm::tanf(FIELD_RAD / 2.0);
    let is_seen = |point: Vector| {
        let apart = point - lens;
        let ahead_m = apart.dot(nose);
        (NEAR_M..=VIEW_M).contains(&ahead_m) && nose.perp_dot(apart).abs() <= slope * ahead_m
    };
    is_seen(obstacle.centre) || obstacle.corners().into_iter().any(is_seen)
}

impl Default for Camera {
    fn default() -> Self {
        let (sin, cos) = libm::sincosf(PITCH_RAD);
        let focal = PICTURE[0] as f32 / 2.0 / libm::tanf(FIELD_RAD / 2.0);
        Self {
            canvas: Canvas::default(),
            focal,
            pitch: [sin, cos],
            sections: Vec::new(),
            visible: Vec::new(),
            order: Vec::new(),
        }
    }
}

impl Camera {
    /// Draws what a car at `position` sees that looks along `nose` (a unit vector) into `frame`, `[120, 160]` grey levels,
    /// row by row from the top left.
    pub fn draw(
        &mut self,
        road: &Road,
        position: Vector,
        nose: Vector,
        obstacles: &[Obstacle],
        look: &Look,
        frame: &mut [u8],
    ) {
        let [sin, cos] = self.pitch;
        let lens = Lens { position: position + nose * AHEAD_M, nose, sin, cos };
        self.canvas.clear(self.horizon_row(), look.sky(), look.ground());
        self.paint_road(road, &lens, look);
        self.paint_obstacles(obstacles, &lens, look);
        frame.copy_from_slice(self.canvas.pixels());
    }

    /// The row that the horizon lies above, pixels from the top.
    pub fn horizon_row(&self) -> f32 {
        let [sin, cos] = self.pitch;
        PICTURE[1] as f32 / 2.0 - self.focal * sin / cos
    }

    fn paint_road(&mut self, road: &Road, lens: &Lens, look: &Look) {
        let count = road.segments();
        let section = |segment: usize| {
            let [left, right] = road.cross_section(segment);
            let middle = road.station(segment);
            let across = (right - left).normalize_or_zero();
            let [line, half_middle] = [across * BORDER_LINE_M, across * (MIDDLE_LINE_M / 2.0)];
            [left, left + line, right, right - line, middle - half_middle, middle + half_middle]
                .map(|it| lens.see(it, 0.0))
        };
        self.sections.clear();
        self.sections.extend((0..count).map(section));
        let Self { canvas, focal, sections, visible, .. } = self;
        let ends = |segment: usize| [sections[segment], sections[(segment + 1) % count]];
        visible.clear();
        visible.extend((0..count).filter(|segment| {
            let [near, far] = ends(*segment);
            is_in_sight(&[near[0], near[2], far[0], far[2]])
        }));
        let mut paint = |segment: usize, [from, to]: [usize; 2], grey: u8| {
            let [near, far] = ends(segment);
            canvas.paint(&[near[from], near[to], far[to], far[from]], *focal, grey);
        };
        for (edges, grey) in [([0, 2], look.road()), ([0, 1], look.line()), ([2, 3], look.line())] {
            visible.iter().for_each(|segment| paint(*segment, edges, grey));
        }
        let is_dash = |segment: &&usize| ((road.s_of(**segment) / DASH_M) as u32).is_multiple_of(2);
        visible.iter().filter(is_dash).for_each(|segment| paint(*segment, [4, 5], look.middle()));
    }

    fn paint_obstacles(&mut self, obstacles: &[Obstacle], lens: &Lens, look: &Look) {
        self.order.clear();
        let distances = obstacles.iter().map(|obstacle| obstacle.centre.distance(lens.position));
        self.order.extend(distances.zip(0..).filter(|(distance_m, _)| *distance_m < VIEW_M));
        self.order.sort_by(|one, other| other.0.total_cmp(&one.0).then(one.1.cmp(&other.1)));
        for (_, index) in &self.order {
            let obstacle = &obstacles[*index];
            let corners = obstacle.corners();
            for side in 0..4 {
                let [from, to] = [corners[side], corners[(side + 1) % 4]];
                // Corners go round counter-clockwise, so outside is right of the way from one to the next.
                let outwards = -(to - from).perp();
                if (lens.position - from).dot(outwards) <= 0.0 {
                    continue;
                }
                let face = [(from, 0.0), (to, 0.0), (to, obstacle.height_m), (from, obstacle.height_m)];
                let grey = look.face(obstacle.kind, outwards.normalize_or_zero());
                self.canvas.paint(&face.map(|(point, height_m)| lens.see(point, height_m)), self.focal, grey);
            }
            if obstacle.height_m < HEIGHT_M {
                let top = corners.map(|corner| lens.see(corner, obstacle.height_m));
                self.canvas.paint(&top, self.focal, look.top(obstacle.kind));
            }
        }
    }
}

/// Whether some of a shape may be seen: it is not wholly behind the lens, too far away, or beside the picture.
fn is_in_sight(points: &[Point]) -> bool {
    // A little more than half of the field's width, since a strip has an edge.
    const BESIDE: f32 = 0.7;
    let all = |test: fn(&Point) -> bool| points.iter().all(test);
    !(all(|[.., depth]| *depth < NEAR_M)
        || all(|[.., depth]| *depth > VIEW_M)
        || all(|[right, _, depth]| *right > BESIDE * depth + 0.1)
        || all(|[right, _, depth]| -*right > BESIDE * depth + 0.1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::obstacle::ObstacleKind;
    use sim_spec::{Station, Track};

    const BLACK_AND_WHITE: Look = Look::PLAIN;

    #[test]
    fn what_is_before_the_lens_is_in_view() {
        let standing_at = |x: f32, y: f32| Obstacle {
            kind: ObstacleKind::Box,
            centre: Vector::new(x, y),
            axis: Vector::X,
            half_size_m: Obstacle::BOX_HALF_SIZE_M,
            height_m: Obstacle::BOX_HEIGHT_M,
        };
        // tan(1.13 / 2) = 0.634: 2 m before the lens, which is at 0.08 m, the view ends at 1.27 m to each side. The box
        // reaches 0.25 m further in, and 0.2 m further ahead.
        let cases = [(2.08, 0.0, true), (2.08, 1.5, true), (2.08, 1.7, false), (-1.0, 0.0, false), (10.4, 0.0, false)];
        for (x, y, seen) in cases {
            assert_eq!(has_in_view(Vector::ZERO, Vector::X, &standing_at(x, y)), seen, "{x} {y}");
            assert_eq!(has_in_view(Vector::ZERO, Vector::X, &standing_at(x, -y)), seen, "{x} {y}");
        }
    }

    /// A long oval: two straights of 20 m along x, 6 m apart, a metre wide; the first runs along y = 0.
    fn straight() -> Road {
        let mut stations = Vec::new();
        let mut add = |centre: [f64; 2], left: [f64; 2]| {
            let [x, y] = centre;
            stations.push(Station {
                centre,
                inner: [x + left[0] * 0.5, y + left[1] * 0.5],
                outer: [x - left[0] * 0.5, y - left[1] * 0.5],
            });
        };
        (0..80).for_each(|step| add([f64::from(step) * 0.25, 0.0], [0.0, 1.0]));
        let bend = |step: i32| f64::from(step) / 40.0 * std::f64::consts::PI;
        (0..40).for_each(|step| {
            let (sin, cos) = bend(step).sin_cos();
            add([20.0 + 3.0 * sin, 3.0 - 3.0 * cos], [-sin, cos]);
        });
        (0..80).for_each(|step| add([20.0 - f64::from(step) * 0.25, 6.0], [0.0, -1.0]));
        (0..40).for_each(|step| {
            let (sin, cos) = bend(step).sin_cos();
            add([-3.0 * sin, 3.0 + 3.0 * cos], [sin, -cos]);
        });
        Road::new(&Track::new("oval", "Oval", stations).expect("a track"))
    }

    fn picture(position: Vector, nose: Vector, obstacles: &[Obstacle]) -> Vec<u8> {
        let mut frame = vec![7; PICTURE[0] * PICTURE[1]];
        Camera::default().draw(&straight(), position, nose, obstacles, &BLACK_AND_WHITE, &mut frame);
        frame
    }

    fn pixel(frame: &[u8], column: usize, row: usize) -> u8 {
        frame[row * PICTURE[0] + column]
    }

    #[test]
    fn the_horizon_is_where_the_pitch_says() {
        // Focal length 80 / tan(0.565) = 126.2 pixels; 60 − 126.2 · tan(15°) = 26.2.
        assert!((Camera::default().horizon_row() - 26.2).abs() < 0.05);
        let frame = picture(Vector::new(5.0, 0.0), Vector::X, &[]);
        assert_eq!(pixel(&frame, 2, 25), BLACK_AND_WHITE.sky());
        assert_eq!(pixel(&frame, 2, 27), BLACK_AND_WHITE.ground());
    }

    #[test]
    fn the_road_is_as_wide_as_its_distance_says() {
        let frame = picture(Vector::new(5.0, 0.0), Vector::X, &[]);
        // Row 80.5 looks 15° + atan(20.5 / 126.2) = 24.2° down: the ground at 0.16 m / tan = 0.356 m ahead, at a depth of
        // 0.356 cos 15° + 0.16 sin 15° = 0.385 m. Half a metre is 164 pixels: the whole row is road.
        assert!(
            (0..160)
                .all(|column| [BLACK_AND_WHITE.road(), BLACK_AND_WHITE.middle()].contains(&pixel(&frame, column, 80)))
        );
        // Row 40.5: 15° − atan(19.5 / 126.2) = 6.2° down, 1.47 m ahead, depth 1.46 m. The border is at ± 43 pixels, its
        // line 4.3 pixels wide.
        let line: Vec<usize> = (0..160).filter(|column| pixel(&frame, *column, 40) == BLACK_AND_WHITE.line()).collect();
        assert!(line.iter().all(|column| (*column as f32 + 0.5 - 80.0).abs() > 37.5), "{line:?}");
        assert!(line.iter().all(|column| (*column as f32 + 0.5 - 80.0).abs() < 44.5), "{line:?}");
        assert!((7..=10).contains(&line.len()), "{line:?}");
    }

    #[test]
    fn a_straight_road_is_the_same_on_both_sides() {
        let frame = picture(Vector::new(5.0, 0.0), Vector::X, &[]);
        let differ = |row: usize| {
            (0..80).filter(|column| pixel(&frame, *column, row) != pixel(&frame, 159 - column, row)).count()
        };
        // Below the far end of the straight, where the road bends away.
        assert!((30..120).all(|row| differ(row) <= 2), "{:?}", (30..120).map(differ).collect::<Vec<_>>());
    }

    #[test]
    fn a_box_ahead_hides_the_road() {
        let standing = Obstacle {
            kind: ObstacleKind::Box,
            centre: Vector::new(7.0, 0.0),
            axis: Vector::X,
            half_size_m: Obstacle::BOX_HALF_SIZE_M,
            height_m: Obstacle::BOX_HEIGHT_M,
        };
        let frame = picture(Vector::new(5.0, 0.0), Vector::X, &[standing]);
        // Its front is 1.72 m ahead of the lens and 0.5 m wide: at the height of the lens, depth 1.66 m, ± 19 pixels.
        let face = BLACK_AND_WHITE.face(ObstacleKind::Box, -Vector::X);
        let row = 27;
        let covered: Vec<usize> = (0..160).filter(|column| pixel(&frame, *column, row) == face).collect();
        assert!((35..=41).contains(&covered.len()), "{covered:?}");
        assert!(covered.iter().all(|column| (*column as f32 - 79.5).abs() < 20.0));
        // From behind it nothing is seen of it.
        assert_eq!(
            picture(Vector::new(8.0, 0.0), Vector::X, &[standing]),
            picture(Vector::new(8.0, 0.0), Vector::X, &[])
        );
    }

    #[test]
    fn any_place_can_be_drawn_and_every_pixel_is_new() {
        let standing = Obstacle {
            kind: ObstacleKind::Car,
            centre: Vector::new(1.0, 0.1),
            axis: Vector::Y,
            half_size_m: Obstacle::CAR_HALF_SIZE_M,
            height_m: Obstacle::CAR_HEIGHT_M,
        };
        for step in 0..400 {
            let (sin, cos) = libm::sincosf(step as f32 * 0.37);
            let position = Vector::new((step % 27) as f32 - 2.0, (step / 27) as f32 - 4.0);
            let on_it = Obstacle { centre: position, ..standing };
            let frame = picture(position, Vector::new(cos, sin), &[standing, on_it]);
            assert!(!frame.contains(&7), "nothing is left of the frame before");
        }
    }
}
