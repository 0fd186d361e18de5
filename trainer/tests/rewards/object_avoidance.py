import math


def reward_function(params):
    reward = 1.0 if params['all_wheels_on_track'] and 0.5 * params['track_width'] - params['distance_from_center'] >= 0.05 \
        else 1e-3
    avoid = 1.0
    _, next_object = params['closest_objects']
    if params['objects_location']:
        ox, oy = params['objects_location'][next_object]
        distance = math.hypot(params['x'] - ox, params['y'] - oy)
        same_lane = params['objects_left_of_center'][next_object] == params['is_left_of_center']
        if same_lane:
            if 0.5 <= distance < 0.8:
                avoid *= 0.5
            elif 0.3 <= distance < 0.5:
                avoid *= 0.2
            elif distance < 0.3:
                avoid = 1e-3
    ahead = [d for d, speed in zip(params['objects_distance'], params['objects_speed']) if speed == 0]
    assert len(ahead) <= len(params['objects_heading'])
    return 1.0 * reward + 4.0 * avoid + (0.1 if params['object_in_camera'] else 0.0)
