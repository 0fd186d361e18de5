"""Ordinary: how near the centre line, how fast, how steady. Also what the benchmark runs."""


def reward_function(params):
    track_width = params["track_width"]
    distance_from_center = params["distance_from_center"]
    all_wheels_on_track = params["all_wheels_on_track"]
    speed = params["speed"]
    steering = abs(params["steering_angle"])
    progress = params["progress"]
    steps = params["steps"]
    is_left = params["is_left_of_center"]

    if not all_wheels_on_track:
        return 1e-3
    reward = 1.0 - distance_from_center / (track_width * 0.5)
    if steering > 15:
        reward *= 0.8
    reward += 0.5 * speed / 4.0
    if steps > 0:
        reward += 0.1 * progress / steps
    if is_left:
        reward += 0.01
    return float(max(reward, 1e-3))
