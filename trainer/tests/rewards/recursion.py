from functools import lru_cache


@lru_cache(maxsize=None)
def fibonacci(n):
    return n if n < 2 else fibonacci(n - 1) + fibonacci(n - 2)


def curvature(waypoints, index, left):
    """How much the road turns over the next points, one by one."""
    if left == 0:
        return 0.0
    n = len(waypoints) - 1
    (ax, ay), (bx, by), (cx, cy) = (waypoints[(index + k) % n] for k in range(3))
    return (bx - ax) * (cy - by) - (by - ay) * (cx - bx) + curvature(waypoints, index + 1, left - 1)


def reward_function(params):
    turn = curvature(params["waypoints"], params["closest_waypoints"][1], 20)
    return 1.0 / (1.0 + abs(turn)) + fibonacci(20) * 1e-6
