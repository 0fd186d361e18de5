//! Generalised advantage estimation: how much better an action turned out than the value function expected.
//!
//! Schulman et al. 2015, <https://arxiv.org/abs/1506.02438>, equations 11 to 16.

/// One rollout as the estimate needs it. Every slice is `[T, B]`, row after row: element `t * cars + b` belongs to
/// step `t` of car `b`.
#[derive(Debug, Clone, Copy)]
pub struct Segment<'a> {
    /// B, the number of cars side by side.
    pub cars: usize,
    /// Reward of the step.
    pub rewards: &'a [f32],
    /// Value of the observation that the action was chosen from.
    pub values: &'a [f32],
    /// Value of the observation that the step led to, taken *before* any respawn. Not read where `terminated`.
    pub next_values: &'a [f32],
    /// The episode ended because of what happened in it (the car left the track or ran into something):
    /// nothing comes after.
    pub terminated: &'a [bool],
    /// The episode was cut off by the clock. The car would have driven on, so what would have come is estimated by
    /// `next_values`: a time-out is not a death (Pardo et al. 2018, <https://arxiv.org/abs/1712.00378>).
    pub truncated: &'a [bool],
}

/// Writes the advantages `[T, B]`. The returns that the value function learns are `advantages + values`.
///
/// `gamma` is the discount per control step; `lambda` weighs a long, noisy view (1) against a short one that trusts
/// the value function (0).
///
/// With δ_t = r_t + γ V(s_{t+1}) − V(s_t) the advantage is A_t = δ_t + γ λ A_{t+1}, walked from the last step to the
/// first. Both kinds of end stop the walk; only a death also removes γ V(s_{t+1}).
pub fn advantages(segment: &Segment, gamma: f32, lambda: f32, out: &mut [f32]) {
    let cars = segment.cars;
    let mut carried = vec![0.0f32; cars];
    for row in (0..out.len() / cars).rev() {
        for (car, carried) in carried.iter_mut().enumerate() {
            let at = row * cars + car;
            let alive = if segment.terminated[at] { 0.0 } else { 1.0 };
            let same_episode = if segment.terminated[at] || segment.truncated[at] { 0.0 } else { 1.0 };
            let delta = segment.rewards[at] + gamma * alive * segment.next_values[at] - segment.values[at];
            *carried = delta + gamma * lambda * same_episode * *carried;
            out[at] = *carried;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NO: bool = false;
    const YES: bool = true;

    /// γ = 1/2 and λ = 1/2, so γλ = 1/4: every number below is exact in binary.
    fn check(segment: Segment, expected: &[f32]) {
        let mut out = vec![f32::NAN; expected.len()];
        advantages(&segment, 0.5, 0.5, &mut out);
        assert_eq!(out, expected);
    }

    #[test]
    fn an_episode_that_goes_on_is_bootstrapped_from_the_last_observation() {
        // δ2 = 3 + 0.5·8 − 4 = 3        A2 = 3
        // δ1 = 2 + 0.5·4 − 2 = 2        A1 = 2 + 0.25·3    = 2.75
        // δ0 = 1 + 0.5·2 − 1 = 1        A0 = 1 + 0.25·2.75 = 1.6875
        check(
            Segment {
                cars: 1,
                rewards: &[1.0, 2.0, 3.0],
                values: &[1.0, 2.0, 4.0],
                next_values: &[2.0, 4.0, 8.0],
                terminated: &[NO; 3],
                truncated: &[NO; 3],
            },
            &[1.6875, 2.75, 3.0],
        );
    }

    #[test]
    fn a_death_ends_the_future_and_a_time_out_does_not() {
        // Two cars, two steps. Step 0 ends the episode of both; step 1 belongs to a new one.
        // δ1 = 1 + 0.5·2 − 1 = 1 for both                          A1 = 1
        // car 0 left the track:  δ0 = −2 + 0.5·0·100 − 3 = −5      A0 = −5 (nothing of A1 flows back)
        // car 1 ran out of time: δ0 = −2 + 0.5·100 − 3 = 45        A0 = 45 (nothing of A1 either)
        check(
            Segment {
                cars: 2,
                rewards: &[-2.0, -2.0, 1.0, 1.0],
                values: &[3.0, 3.0, 1.0, 1.0],
                next_values: &[100.0, 100.0, 2.0, 2.0],
                terminated: &[YES, NO, NO, NO],
                truncated: &[NO, YES, NO, NO],
            },
            &[-5.0, 45.0, 1.0, 1.0],
        );
    }

    #[test]
    fn lambda_1_is_the_discounted_return_less_the_value() {
        // γ = 1/2, λ = 1: A0 = (1 + 0.5·1 + 0.25·1 + 0.125·8) − 2 = 2.75 − 2 = 0.75
        let mut out = [f32::NAN; 3];
        let segment = Segment {
            cars: 1,
            rewards: &[1.0; 3],
            values: &[2.0, 5.0, 7.0],
            next_values: &[5.0, 7.0, 8.0],
            terminated: &[NO; 3],
            truncated: &[NO; 3],
        };
        advantages(&segment, 0.5, 1.0, &mut out);
        assert_eq!(out[0], 0.75);
    }

    #[test]
    fn lambda_0_is_the_one_step_error() {
        // A0 = δ0 = 1 + 0.5·5 − 2 = 1.5, whatever comes later.
        let mut out = [f32::NAN; 2];
        let segment = Segment {
            cars: 1,
            rewards: &[1.0, 1000.0],
            values: &[2.0, 5.0],
            next_values: &[5.0, 7.0],
            terminated: &[NO; 2],
            truncated: &[NO; 2],
        };
        advantages(&segment, 0.5, 0.0, &mut out);
        assert_eq!(out[0], 1.5);
    }

    #[test]
    fn a_right_value_function_leaves_no_advantage() {
        // A reward of 1 for ever is worth 1 / (1 − γ) = 2 under γ = 1/2, wherever the clock cuts.
        check(
            Segment {
                cars: 1,
                rewards: &[1.0; 4],
                values: &[2.0; 4],
                next_values: &[2.0; 4],
                terminated: &[NO; 4],
                truncated: &[NO, YES, NO, NO],
            },
            &[0.0; 4],
        );
    }
}
