//! A row of the trace: DeepRacer's 19 columns.

use sim::{Car, Road, world::World};
use std::fmt::{self, Display, Formatter};

/// The first line of a file.
pub const COLUMNS: &str = "episode,steps,X,Y,yaw,steer,throttle,action,reward,done,all_wheels_on_track,progress,\
    closest_waypoint,track_len,tstamp,episode_status,pause_duration,obstacle_crash_counter,wall_clock";

/// From the middle of the car to the point that DeepRacer logs as its place, metres.
const NOSE_M: f32 = 0.14;

/// How an episode stands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Status {
    /// At the start.
    #[default]
    Prepare,
    InProgress,
    /// Standing for a penalty.
    Pause,
    OffTrack,
    Crashed,
    Immobilised,
    Reversed,
    LapComplete,
    TimeUp,
}

impl Status {
    const ALL: [(Self, &str); 9] = [
        (Self::Prepare, "prepare"),
        (Self::InProgress, "in_progress"),
        (Self::Pause, "pause"),
        (Self::OffTrack, "off_track"),
        (Self::Crashed, "crashed"),
        (Self::Immobilised, "immobilized"),
        (Self::Reversed, "reversed"),
        (Self::LapComplete, "lap_complete"),
        (Self::TimeUp, "time_up"),
    ];

    /// As it stands in the trace.
    pub fn text(self) -> &'static str {
        Self::ALL.iter().find(|(status, _)| *status == self).map_or("", |(_, text)| text)
    }

    /// The status of that text.
    pub fn find(text: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, own)| *own == text).map(|(status, _)| *status)
    }
}

/// A control step of one car, and how it stands at its end. Angles are in degrees, as in DeepRacer's files.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Row {
    /// Number of the episode.
    pub episode: u64,
    /// Control steps since its start.
    pub steps: u32,
    /// The car's nose.
    pub x_m: f32,
    pub y_m: f32,
    pub yaw_deg: f32,
    /// Commanded, + left.
    pub steering_deg: f32,
    /// Commanded.
    pub speed_mps: f32,
    /// Number of a discrete action; `None` where steering and speed are continuous.
    pub action: Option<u32>,
    pub reward: f32,
    /// Whether the episode ends here.
    pub is_done: bool,
    pub is_all_on_track: bool,
    /// Share of a lap since the start of the episode, 0 to 100.
    pub progress_percent: f64,
    /// Number of the waypoint that is nearest to the nose.
    pub closest_waypoint: usize,
    pub track_length_m: f32,
    /// Seconds of simulated time.
    pub secs: f64,
    pub status: Status,
    /// Seconds of the penalty that the car stands for.
    pub pause_secs: f64,
    /// Crashes in this episode so far.
    pub crashes: u32,
    /// Seconds since 1970.
    pub wall_secs: f64,
}

impl Row {
    /// Where a car is and what it is told; the rest is as at the start of an episode.
    pub fn of(world: &World, number: usize) -> Self {
        let (car, road): (&Car, &Road) = (&world.cars()[number], world.road_of(number));
        let nose = car.position() + car.nose() * NOSE_M;
        let place = road.locate(nose, car.place().segment);
        Self {
            x_m: nose.x,
            y_m: nose.y,
            yaw_deg: car.nose().y.atan2(car.nose().x).to_degrees(),
            steering_deg: car.command.steering_rad.to_degrees(),
            speed_mps: car.command.speed_mps,
            is_all_on_track: car.is_all_on_track(),
            closest_waypoint: if place.along < 0.5 { place.segment } else { road.after(place.segment) },
            track_length_m: road.length_m(),
            ..Self::default()
        }
    }
}

/// As a line of a file.
impl Display for Row {
    fn fmt(&self, f: &mut Formatter) -> fmt::Result {
        let Self { episode, steps, x_m, y_m, yaw_deg, steering_deg, speed_mps, reward, .. } = self;
        write!(f, "{episode},{steps},{x_m:.4},{y_m:.4},{yaw_deg:.4},{steering_deg:.2},{speed_mps:.2},")?;
        match self.action {
            Some(number) => write!(f, "{number},")?,
            None => write!(f, "[{steering_deg:.4} {speed_mps:.4}],")?,
        }
        let python = |holds: bool| if holds { "True" } else { "False" };
        write!(f, "{reward:.4},{},{},", python(self.is_done), python(self.is_all_on_track))?;
        let Self { progress_percent, closest_waypoint, track_length_m, secs, pause_secs, crashes, wall_secs, .. } =
            self;
        write!(f, "{progress_percent:.4},{closest_waypoint},{track_length_m:.2},{secs:.4},{},", self.status.text())?;
        write!(f, "{pause_secs:.2},{crashes},{wall_secs:.4}")
    }
}

impl Row {
    /// The row of a line; `None` if it has not the form of one.
    pub fn parse(line: &str) -> Option<Self> {
        let words: Vec<&str> = line.split(',').collect();
        let [
            episode,
            steps,
            x,
            y,
            yaw,
            steering,
            speed,
            action,
            reward,
            done,
            on_track,
            progress,
            waypoint,
            length,
            secs,
            status,
            pause,
            crashes,
            wall,
        ] = words[..]
        else {
            return None;
        };
        Some(Self {
            episode: episode.parse().ok()?,
            steps: steps.parse().ok()?,
            x_m: x.parse().ok()?,
            y_m: y.parse().ok()?,
            yaw_deg: yaw.parse().ok()?,
            steering_deg: steering.parse().ok()?,
            speed_mps: speed.parse().ok()?,
            action: action.parse().ok(),
            reward: reward.parse().ok()?,
            is_done: done == "True",
            is_all_on_track: on_track == "True",
            progress_percent: progress.parse().ok()?,
            closest_waypoint: waypoint.parse().ok()?,
            track_length_m: length.parse().ok()?,
            secs: secs.parse().ok()?,
            status: Status::find(status)?,
            pause_secs: pause.parse().ok()?,
            crashes: crashes.parse().ok()?,
            wall_secs: wall.parse().ok()?,
        })
    }
}

/// The rows of a file; lines that are none are left out, its first among them.
pub fn read(text: &str) -> Vec<Row> {
    text.lines().filter_map(Row::parse).collect()
}

/// A file of rows.
pub fn csv<'a>(rows: impl IntoIterator<Item = &'a Row>) -> String {
    let mut text = format!("{COLUMNS}\n");
    for row in rows {
        text += &format!("{row}\n");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_has_the_formats_of_deepracer() {
        let row = Row {
            episode: 3,
            steps: 12,
            x_m: -0.673_24,
            y_m: 1.5,
            yaw_deg: -13.5,
            steering_deg: -15.0,
            speed_mps: 1.0,
            action: Some(7),
            reward: 0.25,
            is_all_on_track: true,
            progress_percent: 0.644_58,
            closest_waypoint: 1,
            track_length_m: 17.671,
            secs: 17.4,
            status: Status::InProgress,
            wall_secs: 1_700_000_000.0,
            ..Row::default()
        };
        let line = "3,12,-0.6732,1.5000,-13.5000,-15.00,1.00,7,0.2500,False,True,0.6446,1,17.67,17.4000,in_progress,0.00,0,1700000000.0000";
        assert_eq!(row.to_string(), line);
        assert_eq!(line.split(',').count(), COLUMNS.split(',').count());
        let again = Row::parse(line).expect("a row");
        assert_eq!((again.x_m, again.action, again.status), (-0.6732, Some(7), Status::InProgress));
        assert_eq!(again.to_string(), line);
        assert_eq!(Row::parse(COLUMNS), None);
        let continuous = Row { action: None, ..row }.to_string();
        assert!(continuous.contains(",-15.00,1.00,[-15.0000 1.0000],0.2500,"), "{continuous}");
    }

    #[test]
    fn every_status_is_found_by_its_text() {
        for (status, text) in Status::ALL {
            assert_eq!((status.text(), Status::find(text)), (text, Some(status)));
        }
        assert_eq!(Status::find("parked"), None);
    }
}
