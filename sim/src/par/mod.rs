//! Par: the best flying lap that the physics allow, and a driver that nearly drives it.
//!
//! 1. [`Limits`] says what the car can do: how fast round a curve, how hard on and off the motor, what cornering costs.
//! 2. [`Line::fastest`] looks for the line between the borders on which a car at those limits is quickest. Its time is par.
//! 3. [`ReferenceDriver`] drives such a line in the simulator, through the same commands as any policy. What it needs more
//!    than par is what par leaves out: the car does not turn in at once, and nobody steers without error.
//!
//! Par treats the car as a point with the whole car's limits, and turning in as a cost of its own. It leaves out that servo,
//! delays and fifteen commands a second follow no line exactly; see `sim/docs/par.md` for the error of the search and how
//! much the reference driver needs more.

mod driver;
mod limits;
mod line;

pub use driver::{ReferenceDriver, flying_lap_secs};
pub use limits::Limits;
pub use line::{Line, LinePoint};

use crate::car::CarModel;
use sim_spec::{Sha256Hex, Track};

/// Version of the method: what was kept under another is not par any more.
const VERSION: u32 = 1;

/// The best lap that physics allow.
#[derive(Debug, Clone, PartialEq)]
pub struct Par {
    /// Seconds of a flying lap.
    pub lap_secs: f64,
    pub line: Line,
}

/// Par of a track for a car. Takes a few tenths of a second; equal inputs give equal bits.
///
/// The car's middle may be beyond the border by half its track, where the wheels of one side are on the road: the rules
/// allow it.
pub fn par(track: &Track, model: &CarModel) -> Par {
    let line = Line::fastest(track, &Limits::of(model), f64::from(model.half_track_m));
    Par { lap_secs: line.lap_secs(), line }
}

/// What par depends on, to keep it by: the track, the car, this method.
pub fn key(track: &Track, model: &CarModel) -> Sha256Hex {
    Sha256Hex::of(format!("par {VERSION} {} {model:?}", track.sha256()).as_bytes())
}
