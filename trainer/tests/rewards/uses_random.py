import random
from random import uniform


def reward_function(params):
    return params["progress"] / 100 + random.random() * 0.1 + uniform(0, 0.1) + random.choice([0, 0.1])
