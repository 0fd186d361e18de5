# Pays the number of calls that this car had: state of one car is not another's.
calls = 0


def reward_function(params):
    global calls
    calls += 1
    return calls
