import math

SIGHT = 0.6


def up_sample(waypoints, factor):
    points = waypoints[:-1]
    n = len(points)
    return [
        (
            i / factor * points[(j + 1) % n][0] + (1 - i / factor) * points[j][0],
            i / factor * points[(j + 1) % n][1] + (1 - i / factor) * points[j][1],
        )
        for j in range(n)
        for i in range(factor)
    ]


def target_point(params):
    points = up_sample(params["waypoints"], 4)
    car = [params["x"], params["y"]]
    distances = [math.dist(point, car) for point in points]
    nearest = distances.index(min(distances))
    for step in range(len(points)):
        point = points[(nearest + step) % len(points)]
        if math.dist(point, car) > SIGHT:
            return point
    return points[nearest]


def steering_to_target(params):
    tx, ty = target_point(params=params)
    angle = math.degrees(math.atan2(ty - params["y"], tx - params["x"]))
    error = (angle - params["heading"] + 180) % 360 - 180
    return error


def reward_function(params):
    error = abs(params["steering_angle"] - steering_to_target(params)) / 60.0
    return float(max(1.0 - error, 0.01))
