//! The tyre: how much force a contact patch gives for how much it slips.
//!
//! A brush of bristles, as stiff along the wheel as across it: Fiala's model with combined slip (Pacejka, "Tire and
//! Vehicle Dynamics", 3rd edition, section 3.2). With σ the slip, C the stiffness and G the grip, the force is
//! `C σ − C²σ²/(3G) + C³σ³/(27G²)`, and G once the whole patch slides, at `σ = 3G/C`. It points against the slip.
//!
//! Eight tyres of eight cars at a time. Only plain sums, products, quotients and roots: the same bits on every machine.

use wide::f32x8;

/// Slip is measured against at least this rolling speed, m/s: at rest it has no meaning.
const MIN_ROLLING_SPEED_MPS: f32 = 0.1;

/// A slip speed too small to push anything, m/s: it keeps 0 / 0 out of the formula.
const NO_SLIP_MPS: f32 = 1e-6;

/// A contact patch under load.
#[derive(Clone, Copy)]
pub struct Patch {
    /// Stiffness: N per unit of slip.
    pub stiffness: f32x8,
    /// The largest force, N.
    pub grip: f32x8,
}

/// How a patch answers to its slip speed.
#[derive(Clone, Copy)]
pub struct Response {
    /// Force over slip speed, N per m/s: the force is `−resistance · slip velocity`.
    pub resistance: f32x8,
    /// How much the force grows with the slip speed, N per m/s; 0 for a patch that slides.
    pub tangent: f32x8,
}

impl Patch {
    /// The patch's answer. `rolling` is the speed of the rim, `slipping` how fast the patch slides over the road, m/s.
    pub fn response(self, rolling: f32x8, slipping: f32x8) -> Response {
        let slipping = slipping.fast_max(f32x8::splat(NO_SLIP_MPS));
        let rolling = rolling.abs().fast_max(f32x8::splat(MIN_ROLLING_SPEED_MPS));
        let full_slide = self.grip * 3.0;
        let first = self.stiffness / rolling;
        // The share of the contact patch that slides: 1 from σ = 3G/C on.
        let share = (first * slipping / full_slide).fast_min(f32x8::ONE);
        let force = full_slide * share * (f32x8::ONE - share + share * share * (1.0 / 3.0));
        let holding = f32x8::ONE - share;
        Response { resistance: force / slipping, tangent: first * holding * holding }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The force at a slip, N, of a patch with a stiffness of 400 N and 20 N of grip, rolling at 2 m/s.
    fn force(slip: f32) -> f32 {
        let patch = Patch { stiffness: f32x8::splat(400.0), grip: f32x8::splat(20.0) };
        let slipping = f32x8::splat(slip * 2.0);
        (patch.response(f32x8::splat(2.0), slipping).resistance * slipping).to_array()[0]
    }

    #[test]
    fn little_slip_gives_a_force_in_proportion() {
        // 400 N · 0.001 = 0.4 N, less (0.4)² / 60 = 0.0027 N.
        assert!((force(0.001) - 0.3973).abs() < 1e-4, "{}", force(0.001));
    }

    #[test]
    fn half_of_full_slide_gives_seven_eighths_of_the_grip() {
        // Full slide at 3 · 20 / 400 = 0.15. At half of it: 3 · ½ − 3 · ¼ + ⅛ = ⅞.
        assert!((force(0.075) - 17.5).abs() < 1e-4, "{}", force(0.075));
    }

    #[test]
    fn a_sliding_tyre_gives_its_grip_and_no_more() {
        for slip in [0.15, 0.2, 1.0, 30.0] {
            assert!((force(slip) - 20.0).abs() < 1e-4, "{slip}: {}", force(slip));
        }
    }

    #[test]
    fn the_tangent_is_the_slope_of_the_force() {
        let patch = Patch { stiffness: f32x8::splat(400.0), grip: f32x8::splat(20.0) };
        for slip in [0.01_f32, 0.075, 0.12, 0.3] {
            let tangent = patch.response(f32x8::splat(2.0), f32x8::splat(slip * 2.0)).tangent.to_array()[0];
            // Slip per metre and second of slip speed: 1 / 2 m/s.
            let slope = (force(slip + 1e-3) - force(slip - 1e-3)) / 2e-3 / 2.0;
            assert!((tangent - slope).abs() < 0.2, "{slip}: {tangent} instead of {slope}");
        }
    }

    #[test]
    fn at_rest_nothing_pushes() {
        let patch = Patch { stiffness: f32x8::splat(400.0), grip: f32x8::splat(20.0) };
        let resistance = patch.response(f32x8::ZERO, f32x8::ZERO).resistance.to_array()[0];
        assert!(resistance.is_finite());
        assert_eq!(resistance * 0.0, 0.0);
    }
}
