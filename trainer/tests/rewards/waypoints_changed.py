def reward_function(params):
    # Turns the list round and cuts it: it is this call's own.
    waypoints = params["waypoints"]
    count = len(waypoints)
    waypoints.reverse()
    waypoints.pop()
    waypoints += [(0, 0), (0, 1)]
    params["note"] = "mine"
    params["closest_waypoints"].append(7)
    return count + len(params["note"]) / 10
