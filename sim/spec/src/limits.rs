//! The most, and the least, that a file or a race may have. Each limit says why it stands where it stands.

/// A policy file's size. A 64-64 network has 25 kB; this leaves room for a small camera network.
pub const MAX_POLICY_BYTES: usize = 8 * 1024 * 1024;
/// A policy file's JSON header. Sixteen layers and their manifest need 4 kB; a longer header is not one of ours, and
/// the bound keeps a claimed header of gigabytes from being believed.
pub const MAX_POLICY_HEADER_BYTES: usize = 64 * 1024;
/// Layers of a network, activations counted.
pub const MAX_LAYERS: usize = 32;
/// Outputs of one layer; of a convolution, its channels.
pub const MAX_LAYER_WIDTH: usize = 1024;
/// Side of a convolution's kernel or of a pool's tile, and how far a kernel moves: a tenth of a picture's width.
pub const MAX_KERNEL: usize = 16;
/// Weights of a network: half of [`MAX_POLICY_BYTES`].
pub const MAX_PARAMETERS: usize = 1_000_000;
/// Work of a network per control step, in multiply-adds as a referee does them, about 0.1 ns each: a network must think
/// in less than a millisecond, since a race asks it 15 times per simulated second. A picture pooled by 4, two
/// convolutions (16 and 32 channels) and a layer of 64 need half a million.
pub const MAX_STEP_WORK: usize = 8_000_000;
/// Output channels of a convolution are summed in blocks of as many as four registers of the narrowest machine hold; a
/// block that is not full costs as much.
pub const CONVOLUTION_LANES: usize = 16;
/// What it costs to begin and to store a convolution's sum, in multiply-adds, as measured.
pub const SUM_WORK: usize = 8;
/// What a pooled number costs, in multiply-adds, as measured.
pub const POOL_WORK: usize = 8;
/// What a tanh costs, in multiply-adds, as measured.
pub const TANH_WORK: usize = 80;
/// Actions that a discrete policy chooses from, at least: with one there is nothing to choose.
pub const MIN_ACTIONS: usize = 2;
/// Actions that a discrete policy chooses from, at most: DeepRacer's limit.
pub const MAX_ACTIONS: usize = 30;
/// A provenance text (trainer version, reward, a track's name), in bytes: it is shown on pages.
pub const MAX_PROVENANCE_TEXT_BYTES: usize = 200;
/// Names of tracks in a provenance.
pub const MAX_PROVENANCE_TRACKS: usize = 64;
/// Normalised observations are clipped to ± this many standard deviations, as is usual since OpenAI Baselines'
/// `VecNormalize` (which uses 10 too): a reading far out of what was seen in training must not saturate the network.
pub const NORMALISED_CLIP: f32 = 10.0;

/// A track file's size: [`MAX_STATIONS`] rows of six numbers in text, with room for comments.
pub const MAX_TRACK_BYTES: usize = 1024 * 1024;
/// Stations of a track. Fewer than eight do not describe a closed road.
pub const MIN_STATIONS: usize = 8;
/// Stations of a track. DeepRacer's longest has 299 for 89 m; this allows 1 km at 25 cm.
pub const MAX_STATIONS: usize = 4096;
/// Distance between neighbouring stations, metres: the road between them is a quadrilateral, not a curve.
pub const MAX_STATION_GAP_M: f64 = 2.0;
/// Length of a lap, metres: below it a car (0.32 m) has no room to turn and stay apart from its own start.
pub const MIN_TRACK_LENGTH_M: f64 = 4.0;
/// Length of a lap, metres: at 4 m/s a lap of one kilometre takes more than four minutes.
pub const MAX_TRACK_LENGTH_M: f64 = 1000.0;
/// Distance of the centre line from either border, metres: the car is 0.196 m wide.
pub const MIN_HALF_WIDTH_M: f64 = 0.2;
/// Coordinates, metres: single precision still resolves a tenth of a millimetre there.
pub const MAX_COORDINATE_M: f64 = 1000.0;
/// A track's name, in bytes: it becomes a file name and part of an address.
pub const MAX_TRACK_NAME_BYTES: usize = 64;
/// A track's title, in bytes.
pub const MAX_TRACK_TITLE_BYTES: usize = 120;

/// Laps of a race.
pub const MAX_LAPS: u32 = 100;
/// Length of a race, seconds of the race's own clock. Twenty minutes, as DeepRacer's longest submission.
pub const MAX_RACE_SECS: f64 = 1200.0;
/// Penalty time for one mistake, seconds.
pub const MAX_PENALTY_SECS: f64 = 60.0;

/// Cars on a grid: DeepRacer's head to head has up to four; eight still fit side by side on a start of 4 m.
pub const MAX_CARS: u32 = 8;
/// Boxes of a race. DeepRacer has up to six.
pub const MAX_BOXES: u32 = 8;
/// Bots of a race. DeepRacer's community races have up to six.
pub const MAX_BOTS: u32 = 8;
/// Physics steps until a command arrives: more than a tenth of a second, beyond which nobody can race.
pub const MAX_COMMAND_DELAY_STEPS: u32 = 7;
/// Control steps by which sensors may be late: half a second.
pub const MAX_SENSOR_DELAY_STEPS: u32 = 7;

/// A replay file's size: the longest race (18,000 actions of 8 bytes) of the most cars, the largest track, its header.
pub const MAX_REPLAY_BYTES: usize = 2 * 1024 * 1024;
/// A replay's JSON header: a hundred laps and the names.
pub const MAX_REPLAY_HEADER_BYTES: usize = 64 * 1024;
