//! What a network's outputs stand for.

/// The actions that a policy chooses from. Radians and m/s.
#[derive(Debug, Clone, PartialEq)]
pub enum ActionSpace {
    /// Each output in [−1, 1] maps linearly to `[low, high]`.
    Continuous { steering_rad: [f32; 2], speed_mps: [f32; 2] },
    /// The largest output chooses one `[steering_rad, speed_mps]`.
    Discrete { actions: Vec<[f32; 2]> },
}
