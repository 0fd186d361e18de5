def reward_function(params):
    def distance_reward(distance, width):
        normalised = distance / (width / 2)
        return max(1e-3, 1 - normalised ** 0.4)

    def speed_reward():
        # From the function around it.
        return params["speed"] / 4

    def weights():
        yield 0.7
        yield 0.3

    parts = (distance_reward(params["distance_from_center"], params["track_width"]), speed_reward())
    return sum(weight * part for weight, part in zip(weights(), parts))
