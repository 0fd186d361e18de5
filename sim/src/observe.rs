//! What a policy sees of a car, as the tables of [`sim_spec::observation`] say, filled in their order.

use crate::World;
use sim_spec::observation::{LOOK_AHEAD_M, OBJECTS, OBJECTS_WITHIN_M, STATE_V1};

/// Fills `observation` with [`STATE_V1`] of the car of that number.
pub fn state(world: &World, car: usize, observation: &mut [f32]) {
    let (road, car) = (world.road_of(car), &world.cars()[car]);
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

/// Fills `observation` with [`sim_spec::observation::STATE_TRAFFIC_V1`] of the car of that number.
pub fn traffic(world: &World, car: usize, observation: &mut [f32]) {
    let (own_state, objects) = observation.split_at_mut(STATE_V1.len());
    state(world, car, own_state);
    let road = world.road_of(car);
    let place = world.cars()[car].place();
    let own_mps = world.cars()[car].velocity().dot(road.tangent(place));
    let [behind_m, ahead_m] = OBJECTS_WITHIN_M;
    // Way along the road, distance beside the centre line, closing speed, half of the width; nearest first.
    let mut nearest = [[ahead_m, 0.0, 0.0, 0.0]; OBJECTS];
    for user in world.others_of(car) {
        let way_m = road.shortest_way(user.place.s_m - place.s_m);
        if way_m < -behind_m || way_m > ahead_m {
            continue;
        }
        let closing_mps = own_mps - user.velocity.dot(road.tangent(user.place));
        let seen = [way_m, user.place.lateral_m, closing_mps, user.obstacle.half_size_m[1]];
        if let Some(rank) = nearest.iter().position(|[known_m, ..]| way_m.abs() < known_m.abs()) {
            nearest[rank..].rotate_right(1);
            nearest[rank] = seen;
        }
    }
    for (field, numbers) in objects.chunks_exact_mut(OBJECTS).enumerate() {
        numbers.iter_mut().zip(nearest).for_each(|(number, object)| *number = object[field]);
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
        super::state(&world, 0, &mut seen);
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
