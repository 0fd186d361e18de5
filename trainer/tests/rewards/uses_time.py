import time

started = time.time()


class Timer:
    start = time.perf_counter()


def reward_function(params):
    elapsed = time.time() - started
    time.sleep(0)
    assert elapsed >= 0 and time.perf_counter() >= Timer.start
    return 1.0 + 0.001 * params["steps"]
