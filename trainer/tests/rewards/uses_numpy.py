import numpy as np

# numpy's own numbers as reward, and its random numbers: from the run's seed.
table = np.random.rand(16)
generator = np.random.default_rng()


def reward_function(params):
    waypoints = np.array(params["waypoints"])
    here = np.array([params["x"], params["y"]])
    nearest = np.argmin(np.linalg.norm(waypoints - here, axis=1))
    noise = np.random.normal(scale=0.01) + generator.random() * 0.01
    return np.float32(np.exp(-params["distance_from_center"])) + table[nearest % 16] * 0.1 + noise
