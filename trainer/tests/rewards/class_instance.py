import math


class Reward(object):
    def __init__(self, verbose=False):
        self.previous_steering_angle = 0.0
        self.first_racingpoint_index = None
        self.verbose = verbose
        self.calls = 0

    def closest_heading(self, waypoints, closest):
        before, after = waypoints[closest[0]], waypoints[closest[1]]
        return math.degrees(math.atan2(after[1] - before[1], after[0] - before[0]))

    def reward_function(self, params):
        self.calls += 1
        heading = params['heading']
        waypoints = params['waypoints']
        direction = self.closest_heading(waypoints, params['closest_waypoints'])
        difference = abs(direction - heading)
        if difference > 180:
            difference = 360 - difference
        steady = abs(params['steering_angle'] - self.previous_steering_angle) < 10
        self.previous_steering_angle = params['steering_angle']
        return math.cos(math.radians(difference)) * (1.0 if steady else 0.7)


reward_object = Reward()


def reward_function(params):
    return reward_object.reward_function(params)
