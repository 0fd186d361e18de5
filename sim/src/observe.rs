//! What a policy sees of a car: the table of [`sim_spec::observation::STATE_V1`], filled in its order.

use crate::World;
use sim_spec::observation::LOOK_AHEAD_M;

impl World {
    /// Fills `observation` (`[STATE_V1.len()]`) with what the car of that number sees.
    pub fn observe(&self, car: usize, observation: &mut [f32]) {
        let (road, car) = (self.road_of(car), &self.cars()[car]);
        let place = car.place();
        let tangent = road.tangent(place);
        let [left, right] = road.half_widths(place);
        let on_this_side = if place.lateral_m >= 0.0 { left } else { right };
        let motion = car.motion();
        let own = [
            place.lateral_m / on_this_side,
            left.min(right),
            tangent.perp_dot(car.nose()),
            tangent.dot(car.nose()),
            motion.velocity.x,
            motion.velocity.y,
            motion.yaw_rate,
            car.steering_rad(),
        ];
        let (state, ahead) = observation.split_at_mut(own.len());
        state.copy_from_slice(&own);
        for (curvature, distance_m) in ahead.iter_mut().zip(LOOK_AHEAD_M) {
            *curvature = road.curvature(road.ahead(place, distance_m));
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::{World, car::CarModel, world::Pose};
    use sim_spec::{builtin_tracks, observation::STATE_V1};

    #[test]
    fn the_observation_says_how_the_car_stands() {
        let track = builtin_tracks::find("harbour").expect("a built-in track");
        let mut world = World::alone(CarModel::default(), [std::sync::Arc::new(crate::Road::new(&track))]);
        world.put(0, Pose { s_m: 1.0, lateral_m: 0.1, heading_rad: 0.2, speed_mps: 1.5 });
        let mut seen = vec![f32::NAN; STATE_V1.len()];
        world.observe(0, &mut seen);
        let place = world.cars()[0].place();
        let half_width = world.road_of(0).half_widths(place)[0];
        let expected = [0.1 / half_width, half_width, 0.2_f32.sin(), 0.2_f32.cos(), 1.5, 0.0, 0.0, 0.0];
        for (index, (seen, expected)) in seen.iter().zip(expected).enumerate() {
            assert!((seen - expected).abs() < 0.01, "{index}: {seen} instead of {expected}");
        }
        let curvature_in_2_m = world.road_of(0).curvature(world.road_of(0).at(3.0));
        assert!((seen[8 + 6] - curvature_in_2_m).abs() < 1e-3);
    }
}
