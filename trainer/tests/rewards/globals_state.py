# State between steps, in globals: how much progress the last step made.
last_progress = 0.0
calls = 0


def reward_function(params):
    global last_progress, calls
    calls += 1
    if params["steps"] <= 1:
        last_progress = 0.0
    gained = params["progress"] - last_progress
    last_progress = params["progress"]
    return max(gained, 0.0) + 0.001
