def reward_function(params):
    if params["is_crashed"] or params["is_offtrack"]:
        return -10.0
    if not params["all_wheels_on_track"]:
        return 0.001
    if params["progress"] >= 100:
        return 100
    if params["steps"] < 3:
        return 0
    return params["speed"] ** 2
