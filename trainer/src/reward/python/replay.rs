//! `paddock reward replay`: what a reward would have paid for an old run, episode by episode.
//!
//! A simtrace says where the nose was and what was commanded; the rest of `params` follows from the track. What it cannot
//! say, objects, is empty.

use super::{
    Fault, File, Key, Limits, Log, Params, Python, Worker,
    params::{Column, write_batch},
    trace_file::Row,
    worker::Setup,
};
use serde::Serialize;
use sim::{Road, Vector};
use sim_spec::{Direction, Track};
use std::{collections::HashMap, sync::Arc};

/// Steps that are sent at a time.
const BATCH: usize = 1024;

/// What was found.
#[derive(Debug, Serialize)]
pub struct Replayed {
    pub file: String,
    pub episodes: Vec<EpisodeSums>,
    pub steps: usize,
    /// Spearman's rank correlation of the old and the new sums, −1 to 1; none if there is nothing to rank.
    pub correlation: Option<f64>,
    /// The same of old and new sums with the way that was driven.
    pub old_with_progress: Option<f64>,
    pub new_with_progress: Option<f64>,
    /// Keys that the reward uses and the trace cannot say.
    pub unknown_keys: Vec<&'static str>,
}

/// An episode's rewards, summed.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct EpisodeSums {
    pub episode: u64,
    pub track: String,
    pub steps: usize,
    /// Per cent at its end.
    pub progress: f64,
    pub old: f64,
    pub new: f64,
}

/// A road that an episode may have been driven on.
struct Course {
    track: String,
    direction: Direction,
    road: Arc<Road>,
}

/// Pays `rows` again.
pub fn replay(
    python: &Python,
    file: &File,
    limits: Limits,
    log: Log,
    tracks: &[Track],
    rows: Vec<Row>,
) -> Result<Replayed, Fault> {
    let setup = Setup { python, file, cars: 1, seed: 1, limits, check: false, log };
    let (mut worker, loaded) = Worker::start(setup)?;
    let courses = courses(tracks);
    let mut episodes = Vec::new();
    for rows in by_episode(rows) {
        let course = course_of(&rows, &courses);
        let road = worker.number_of(&course.road)?;
        let paid: Vec<&Row> = rows.iter().filter(|row| row.is_paid()).collect();
        let mut new = 0.0;
        for rows in paid.chunks(BATCH) {
            let states: Vec<_> = rows.iter().map(|row| params_of(row, course, road)).collect();
            let mut frame = Vec::new();
            write_batch(&mut frame, &loaded.keys, states.iter().map(|_| 0), states.iter());
            new += worker.pay(&frame)?.iter().map(|bytes| f64::from_ne_bytes(*bytes)).sum::<f64>();
        }
        let Some(last) = rows.last() else { continue };
        episodes.push(EpisodeSums {
            episode: last.episode,
            track: course.track.clone(),
            steps: paid.len(),
            progress: last.progress,
            old: paid.iter().map(|row| row.reward).sum(),
            new,
        });
    }
    let of = |pick: fn(&EpisodeSums) -> f64| episodes.iter().map(pick).collect::<Vec<_>>();
    let [old, new, progress] = [of(|it| it.old), of(|it| it.new), of(|it| it.progress)];
    Ok(Replayed {
        file: file.name.clone(),
        steps: episodes.iter().map(|episode| episode.steps).sum(),
        correlation: rank_correlation(&old, &new),
        old_with_progress: rank_correlation(&old, &progress),
        new_with_progress: rank_correlation(&new, &progress),
        unknown_keys: loaded.keys.iter().filter(|key| is_unknown(key)).map(|key| key.name).collect(),
        episodes,
    })
}

impl Replayed {
    /// What the correlation says, in a sentence.
    pub fn sentence(&self) -> &'static str {
        match self.correlation {
            None => "there are too few different episodes to compare what the two rewards prefer",
            Some(0.95..) => "the new reward prefers the same episodes as the old one: expect much the same driver",
            Some(0.7..) => "the new reward mostly prefers what the old one did: expect a similar driver",
            Some(0.3..) => "the new reward agrees with the old one only in part: expect another driver",
            Some(-0.3..) => "the new reward prefers other episodes than the old one: expect a different driver",
            Some(_) => "the new reward prefers what the old one disliked: look twice at its signs",
        }
    }
}

/// Every track, both ways round.
fn courses(tracks: &[Track]) -> Vec<Course> {
    let course = |track: &Track, direction| Course {
        track: track.name().into(),
        direction,
        road: Arc::new(Road::new(&track.driven(direction))),
    };
    let ways = [Direction::Forward, Direction::Reverse];
    tracks.iter().flat_map(|track| ways.map(|way| course(track, way))).collect()
}

/// Rows of each episode, in the order in which episodes first appear: cars that drive side by side may be mixed.
fn by_episode(rows: Vec<Row>) -> Vec<Vec<Row>> {
    let mut places = HashMap::new();
    let mut episodes: Vec<Vec<Row>> = Vec::new();
    for row in rows {
        let place = *places.entry(row.episode).or_insert_with(|| {
            episodes.push(Vec::new());
            episodes.len() - 1
        });
        episodes[place].push(row);
    }
    episodes
}

/// The course that fits an episode best: by the length of the track, by how near its line the car was, and by which way
/// round it went.
fn course_of<'a>(rows: &[Row], courses: &'a [Course]) -> &'a Course {
    let misfit = |course: &Course| {
        let road = &course.road;
        let length_m = rows.first().map_or(0.0, |row| (row.track_length_m - f64::from(road.length_m())).abs());
        let places: Vec<_> = rows.iter().map(|row| road.nearest(Vector::new(row.x as f32, row.y as f32))).collect();
        let beside_m: f32 = places.iter().map(|place| place.lateral_m.abs()).sum::<f32>() / places.len() as f32;
        let way_m: f32 = places.windows(2).map(|pair| road.shortest_way(pair[1].s_m - pair[0].s_m)).sum();
        // Whether it drove this way round decides only between the two ways of one track.
        (length_m * 10.0).round() + f64::from(beside_m) + if way_m < 0.0 { 0.01 } else { 0.0 }
    };
    let fits = courses.iter().min_by(|one, other| misfit(one).total_cmp(&misfit(other)));
    fits.expect("a replay has a track")
}

/// What `params` was for a row.
fn params_of(row: &Row, course: &Course, road: i32) -> Params {
    let nose = Vector::new(row.x as f32, row.y as f32);
    let (sin, cos) = (row.yaw_deg as f32).to_radians().sin_cos();
    let mut params = Params {
        all_wheels_on_track: row.all_wheels_on_track,
        is_reversed: course.direction == Direction::Reverse,
        progress_percent: row.progress,
        steps: row.steps,
        speed_mps: row.speed_mps,
        steering_deg: row.steering_deg,
        road,
        is_crashed: row.status == "crashed",
        is_offtrack: row.status == "off_track",
        sim_secs: row.secs,
        ..Params::default()
    };
    params.stand(&course.road, nose, course.road.nearest(nose), Vector::new(cos, sin));
    params.heading_deg = row.yaw_deg;
    params
}

/// Whether a trace says nothing of a key.
fn is_unknown(key: &Key) -> bool {
    matches!(key.column, Column::Numbers(_) | Column::Truths(_) | Column::Points(_))
        || ["closest_objects", "object_in_camera"].contains(&key.name)
}

/// Spearman's: Pearson's correlation of the ranks, equal values sharing their mean rank.
fn rank_correlation(one: &[f64], other: &[f64]) -> Option<f64> {
    let [one, other] = [ranks(one), ranks(other)];
    let mean = (one.len() as f64 - 1.0) / 2.0;
    let product = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| (a - mean) * (b - mean)).sum::<f64>();
    let spread = product(&one, &one) * product(&other, &other);
    (spread > 0.0).then(|| product(&one, &other) / spread.sqrt())
}

fn ranks(values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|one, other| values[*one].total_cmp(&values[*other]));
    let mut ranks = vec![0.0; values.len()];
    for equal in order.chunk_by(|one, other| values[*one] == values[*other]) {
        let before = order.partition_point(|index| values[*index].total_cmp(&values[equal[0]]).is_lt());
        let rank = before as f64 + (equal.len() as f64 - 1.0) / 2.0;
        equal.iter().for_each(|index| ranks[*index] = rank);
    }
    ranks
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranks_are_shared_by_equal_values() {
        assert_eq!(ranks(&[3.0, 1.0, 3.0, 2.0]), [2.5, 0.0, 2.5, 1.0]);
    }

    #[test]
    fn rank_correlations_by_hand() {
        let rising = [1.0, 2.0, 3.0, 4.0];
        assert_eq!(rank_correlation(&rising, &[10.0, 20.0, 30.0, 1000.0]), Some(1.0));
        assert_eq!(rank_correlation(&rising, &[4.0, 3.0, 2.0, 1.0]), Some(-1.0));
        // Ranks 0 1 2 3 and 1 0 3 2: 1 − 6 · 4 / (4 · 15) = 0.6.
        let close = |found: Option<f64>, expected: f64| (found.expect("ranked") - expected).abs() < 1e-12;
        assert!(close(rank_correlation(&rising, &[2.0, 1.0, 4.0, 3.0]), 0.6));
        assert_eq!(rank_correlation(&rising, &[1.0; 4]), None);
        assert_eq!(rank_correlation(&[], &[]), None);
    }
}
