def reward_function(params):
    waypoints = params["waypoints"]
    nearest = params["closest_waypoints"][1]
    length = 0.0
    i = 0
    while length < 1.0:
        (ax, ay), (bx, by) = waypoints[(nearest + i) % len(waypoints)], waypoints[(nearest + i + 1) % len(waypoints)]
        length += ((ax - bx) ** 2 + (ay - by) ** 2) ** 0.5
        i += 1
        if i > len(waypoints):
            break
    else:
        length += 0
    for step in range(3):
        for part in range(2):
            if part:
                continue
            length += step * part
    return length / i * (2 if params["is_reversed"] else 1)
