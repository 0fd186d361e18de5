//! The headless, deterministic race: cars on a closed track, simulated by rapier2d.
//!
//! The sim states facts. It knows no reward, no rank, no clock, no file and no network; the same start and the same
//! actions give the same bits, on any machine, in debug and release, alone and among thousands.
//!
//! ```text
//! Track ─▶ Road ──┐                          ┌─▶ Batch   many cars for training, nobody judges them
//!                 ├─▶ World: cars that move ─┤
//! CarModel ───────┘        │                 └─▶ Race    with a judge: laps, penalties ─▶ referee ─▶ Replay
//!                       Sensors ─▶ Pilot
//! ```
//!
//! Read [`World::step`] for what happens in a sixtieth of a second, [`judge::Judge::judge`] for the rules, and
//! [`referee::race_together`] for a whole race. A policy drives by its [`pilot`]; [`drivers`] are hand-made policies;
//! [`par`] is the best that physics allow. `sim/docs` has a chapter per topic, with pictures.
//!
//! ```
//! use sim_spec::{RaceRules, RaceStatus, builtin_tracks};
//!
//! let track = builtin_tracks::find("harbour").expect("a built-in track");
//! let replay = sim::referee::race(&track, &sim::drivers::centre_line(1.5), &RaceRules::default(), 1);
//! assert_eq!(replay.result().status, RaceStatus::Finished);
//! assert!(replay.result().laps.iter().all(|lap| lap.clean));
//! ```

mod batch;
pub mod camera;
pub mod car;
mod convolution;
mod crash;
pub mod drivers;
mod drivetrain;
pub mod judge;
pub mod lidar;
mod observe;
pub mod obstacle;
pub mod par;
pub mod pilot;
pub mod race;
pub mod referee;
mod rng;
mod road;
pub mod sensors;
mod telemetry;
pub mod traffic;
mod tyre;
pub mod world;

pub use batch::{Batch, BatchConfig, Starts, StepFacts};
pub use road::{Place, Road};
pub use telemetry::Telemetry;
pub use world::{Car, World};

/// A point or direction on the ground, metres, as the sim's facts give it.
pub use rapier2d::math::Vector;

/// Version of the simulator's behaviour. It changes whenever any race could give other bits than before; results are
/// compared within one version only. The golden digest in `tests/it/determinism.rs` says when that is.
pub const SIM_VERSION: &str = "2";

/// Control steps per second: how often a policy sees and acts. DeepRacer's camera rate.
pub const CONTROL_HZ: u32 = 15;

/// Physics steps per second. Off-tracks and lap times are judged at this rate.
pub const PHYSICS_HZ: u32 = 60;

/// Physics steps in a control step.
pub const STEPS_PER_CONTROL: u32 = PHYSICS_HZ / CONTROL_HZ;

/// Length of a physics step, seconds.
pub(crate) const STEP_SECS: f32 = 1.0 / PHYSICS_HZ as f32;
