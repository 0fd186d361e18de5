//! The pictures of `sim/docs`, drawn by the simulator itself. `cargo run -p sim --example pictures [FOLDER]`

use sim::{
    Road, World,
    camera::{Camera, Look},
    car::{CarModel, Command},
    drivers,
    lidar::Lidar,
    obstacle::Obstacle,
    par::par,
    race::Race,
    referee,
    world::Pose,
};
use sim_spec::{Bots, Boxes, RaceRules, RaceType, Track, builtin_tracks, observation::BEAMS};
use std::{error::Error, fs, path::PathBuf, sync::Arc};

fn main() -> Result<(), Box<dyn Error>> {
    let docs = || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("docs");
    let folder = std::env::args_os().nth(1).map_or_else(docs, PathBuf::from);
    let find = |name: &str| builtin_tracks::find(name).ok_or("a built-in track");
    let pictures = [
        ("tracks.svg", tracks()),
        ("par.svg", line_of_par(&find("quarry")?)),
        ("cornering.svg", cornering()),
        ("race-types.svg", race_types(&find("meadow")?)),
        ("lidar.svg", lidar(&find("mill")?)),
        ("camera.svg", camera(&find("mill")?)),
    ];
    for (name, picture) in pictures {
        fs::write(folder.join(name), picture)?;
    }
    Ok(())
}

/// The inside of a picture without its frame, moved and scaled into a box.
fn placed(svg: &str, x: f64, y: f64, width: f64, height: f64) -> String {
    svg.replacen("<svg ", &format!("<svg x=\"{x}\" y=\"{y}\" preserveAspectRatio=\"xMidYMid\" "), 1)
        .replacen(&attribute(svg, "width"), &format!("width=\"{width}\""), 1)
        .replacen(&attribute(svg, "height"), &format!("height=\"{height}\""), 1)
}

fn attribute(svg: &str, name: &str) -> String {
    let start = svg.find(&format!("{name}=\"")).unwrap_or_default();
    let end = svg[start..].match_indices('"').nth(1).map_or(svg.len(), |(at, _)| start + at + 1);
    svg[start..end].to_owned()
}

fn framed(width: f64, height: f64, inside: &str) -> String {
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" font-family=\"sans-serif\" font-size=\"13\">\n<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n{inside}</svg>\n"
    )
}

/// All built-in tracks with their difficulty.
fn tracks() -> String {
    let [cell_width, cell_height] = [230.0, 190.0];
    let cell = |(index, track): (usize, Track)| {
        let [x, y] = [(index % 4) as f64 * cell_width, (index / 4) as f64 * cell_height];
        let picture = placed(&track.to_svg(200), x + 15.0, y + 10.0, 200.0, 140.0);
        let (name, length_m, difficulty) = (track.name(), track.length_m(), track.difficulty());
        let level = track.level().name();
        format!(
            "{picture}<text x=\"{}\" y=\"{}\" text-anchor=\"middle\">{name}, {length_m:.1} m: {level} ({difficulty:.0})</text>\n",
            x + cell_width / 2.0,
            y + 172.0
        )
    };
    let tracks = builtin_tracks::names().into_iter().filter_map(builtin_tracks::find);
    framed(4.0 * cell_width, 3.0 * cell_height, &tracks.enumerate().map(cell).collect::<String>())
}

/// A road and things on it: metres to pixels, y up.
struct Map {
    low: [f64; 2],
    high: [f64; 2],
    scale: f64,
    inside: String,
}

impl Map {
    fn of(track: &Track, scale: f64) -> Self {
        let points = track.stations().iter().flat_map(|station| [station.inner, station.outer]);
        let (mut low, mut high) = ([f64::INFINITY; 2], [f64::NEG_INFINITY; 2]);
        for point in points {
            for axis in 0..2 {
                low[axis] = low[axis].min(point[axis] - 0.3);
                high[axis] = high[axis].max(point[axis] + 0.3);
            }
        }
        let mut map = Self { low, high, scale, inside: String::new() };
        let line = |pick: fn(&sim_spec::Station) -> [f64; 2]| {
            let points: Vec<_> = track.stations().iter().map(|station| map.at(pick(station))).collect();
            format!("M{}Z", points.join("L"))
        };
        let [inner, outer] = [line(|s| s.inner), line(|s| s.outer)];
        map.inside = format!(
            "<path d=\"{inner}{outer}\" fill=\"#5b6470\" fill-rule=\"evenodd\" stroke=\"#c3c9d1\" stroke-width=\"3\"/>\n"
        );
        map
    }

    fn at(&self, [x, y]: [f64; 2]) -> String {
        format!("{:.1} {:.1}", (x - self.low[0]) * self.scale, (self.high[1] - y) * self.scale)
    }

    fn line(&mut self, from: [f64; 2], to: [f64; 2], colour: &str, width: f64) {
        let path = format!(
            "<path d=\"M{}L{}\" stroke=\"{colour}\" stroke-width=\"{width}\" stroke-linecap=\"round\"/>\n",
            self.at(from),
            self.at(to)
        );
        self.inside.push_str(&path);
    }

    fn obstacle(&mut self, obstacle: &Obstacle, colour: &str) {
        let corners: Vec<_> =
            obstacle.corners().iter().map(|corner| self.at(corner.to_array().map(f64::from))).collect();
        self.inside.push_str(&format!("<path d=\"M{}Z\" fill=\"{colour}\" stroke=\"#222\"/>\n", corners.join("L")));
    }

    fn size(&self) -> [f64; 2] {
        [0, 1].map(|axis| (self.high[axis] - self.low[axis]) * self.scale)
    }

    fn finish(self) -> String {
        let [width, height] = self.size();
        framed(width.round(), height.round(), &self.inside)
    }
}

/// From slow (red) to fast (green).
fn colour_of(speed_mps: f64) -> String {
    let share = ((speed_mps - 1.5) / 2.5).clamp(0.0, 1.0);
    let [red, green] = [2.0 - 2.0 * share, 2.0 * share].map(|part| (part.min(1.0) * 230.0) as u8);
    format!("#{red:02x}{green:02x}30")
}

/// The line of par, coloured by speed.
fn line_of_par(track: &Track) -> String {
    let mut map = Map::of(track, 70.0);
    let par = par(track, &CarModel::default());
    let points = par.line.points();
    for (index, point) in points.iter().enumerate() {
        let next = points[(index + 1) % points.len()];
        map.line(point.position, next.position, &colour_of(point.speed_mps), 5.0);
    }
    let [width, _] = map.size();
    map.inside.push_str(&format!(
        "<text x=\"{}\" y=\"20\" text-anchor=\"end\">par {:.2} s: red 1.5 m/s, green 4 m/s</text>",
        width - 10.0,
        par.lap_secs
    ));
    map.finish()
}

/// Paths of cars that turn the wheels alike at several speeds.
fn cornering() -> String {
    let ring = |radius: f64| {
        let at = |index: usize, radius: f64| {
            let angle = std::f64::consts::TAU * index as f64 / 400.0;
            [radius * angle.cos(), radius * angle.sin()]
        };
        let station = |index| sim_spec::Station {
            centre: at(index, radius),
            inner: at(index, radius - 8.0),
            outer: at(index, radius + 8.0),
        };
        Track::new("plain", "Plain", (0..400).map(station).collect())
    };
    let Ok(plain) = ring(20.0) else { return String::new() };
    let road = Arc::new(Road::new(&plain));
    let mut inside = String::new();
    for (index, speed_mps) in [1.0_f32, 2.0, 2.5, 3.0, 4.0].into_iter().enumerate() {
        let mut world = World::alone(CarModel::default(), [road.clone()]);
        world.put(0, Pose { speed_mps, ..Pose::default() });
        let start = world.cars()[0].position();
        let (nose, side) = (world.cars()[0].nose(), world.cars()[0].nose().perp());
        world.car_mut(0).command = Command { steering_rad: 0.15, speed_mps };
        let mut path = Vec::new();
        for _ in 0..(5.0 / speed_mps * 60.0) as usize {
            let way = world.cars()[0].position() - start;
            path.push(format!("{:.1} {:.1}", 40.0 + way.dot(nose) * 120.0, 330.0 - way.dot(side) * 120.0));
            world.step();
        }
        let hue = ["#0b7285", "#5f3dc4", "#2b8a3e", "#e67700", "#c92a2a"][index];
        inside.push_str(&format!("<path d=\"M{}\" fill=\"none\" stroke=\"{hue}\" stroke-width=\"3\"/>\n<text x=\"480\" y=\"{}\" fill=\"{hue}\">{speed_mps} m/s</text>\n", path.join("L"), 30 + 20 * index));
    }
    framed(560.0, 350.0, &inside)
}

/// Boxes, bots and a grid on the same road.
fn race_types(track: &Track) -> String {
    let types = [
        RaceType::ObjectAvoidance { boxes: Boxes::Seeded(6) },
        RaceType::AgainstBots { bots: Bots { count: 6, speed_mps: 0.5, changes_lanes: true } },
        RaceType::HeadToHead { cars: 8 },
    ];
    let mut inside = String::new();
    let mut x = 0.0;
    let mut height = 0.0_f64;
    for race_type in types {
        let rules = RaceRules { race_type, ..RaceRules::default() };
        let race = Race::new(track, &rules, 4);
        let mut map = Map::of(track, 38.0);
        let heat = &race.world().heats()[0];
        for user in heat.traffic.users(&heat.road) {
            map.obstacle(&user.obstacle, "#c98f4e");
        }
        for car in race.world().cars() {
            map.obstacle(&car.as_obstacle(), "#e5484d");
        }
        let [width, own_height] = map.size();
        inside.push_str(&format!("<g transform=\"translate({x} 0)\">{}</g>\n", map.inside));
        x += width;
        height = height.max(own_height);
    }
    framed(x.round(), height.round(), &inside)
}

/// A car that has driven for a few seconds among boxes, as the sensors meet it.
fn scene(track: &Track) -> Race {
    let rules = RaceRules { race_type: RaceType::ObjectAvoidance { boxes: Boxes::Seeded(7) }, ..RaceRules::default() };
    let driven = referee::race(track, &drivers::centre_line(1.5), &rules, 5);
    let mut race = Race::new(track, &rules, 5);
    driven.steps().take(62).for_each(|actions| race.step(actions));
    race
}

fn lidar(track: &Track) -> String {
    let race = scene(track);
    let (world, car) = (race.world(), race.car(0));
    let obstacles: Vec<_> = world.others_of(0).map(|other| other.obstacle).collect();
    let mut ranges = [0.0; BEAMS];
    let lidar = Lidar::default();
    lidar.scan(world.road_of(0), car.position(), car.nose(), car.place(), &obstacles, &mut ranges);
    let mut map = Map::of(track, 60.0);
    for (range, beam) in ranges.iter().zip(lidar.beams()) {
        let end = car.position() + (car.nose() * beam.x + car.nose().perp() * beam.y) * *range;
        map.line(car.position().to_array().map(f64::from), end.to_array().map(f64::from), "#63c174", 1.0);
    }
    obstacles.iter().for_each(|obstacle| map.obstacle(obstacle, "#c98f4e"));
    map.obstacle(&car.as_obstacle(), "#e5484d");
    map.finish()
}

/// What the camera sees there, and under three other lights.
fn camera(track: &Track) -> String {
    const SCALE: usize = 2;
    let race = scene(track);
    let (world, car) = (race.world(), race.car(0));
    let obstacles: Vec<_> = world.others_of(0).map(|other| other.obstacle).collect();
    let mut inside = String::new();
    for (index, look) in [Look::PLAIN, Look::drawn(1), Look::drawn(2), Look::drawn(3)].into_iter().enumerate() {
        let mut frame = vec![0; 160 * 120];
        Camera::default().draw(world.road_of(0), car.position(), car.nose(), &obstacles, &look, &mut frame);
        let [left, top] = [(index % 2) * 330, (index / 2) * 250];
        for (row, pixels) in frame.chunks_exact(160).enumerate() {
            // Runs of one grey are one rectangle.
            let mut column = 0;
            for run in pixels.chunk_by(|one, other| one == other) {
                let grey = run[0];
                inside.push_str(&format!(
                    "<path fill=\"#{grey:02x}{grey:02x}{grey:02x}\" d=\"M{} {}h{}v{SCALE}h-{}z\"/>",
                    left + column * SCALE,
                    top + row * SCALE,
                    run.len() * SCALE,
                    run.len() * SCALE
                ));
                column += run.len();
            }
            inside.push('\n');
        }
    }
    framed(650.0, 490.0, &inside)
}
