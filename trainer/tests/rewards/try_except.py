try:
    import some_package_that_nobody_has as fast
except ImportError:
    fast = None


def reward_function(params):
    try:
        reward = 1.0 / (params["steps"] - 5)
    except ZeroDivisionError:
        reward = 1.0
    finally:
        weight = params.get("no_such_key", 0.5)
    try:
        reward += params["waypoints"][10 ** 6][0]
    except IndexError as error:
        reward += 0.25
    return reward * weight
