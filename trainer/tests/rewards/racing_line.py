import math


class Reward:
    """A list of points and speeds, worked out once and looked up for ever after: the field's favourite."""

    def __init__(self):
        self.line = [[math.cos(a / 30 * math.pi) * 3, math.sin(a / 30 * math.pi) * 2, 1.5 + a % 3] for a in range(60)]
        self.times = []

    @staticmethod
    def dist_2_points(x1, x2, y1, y2):
        return abs(abs(x1 - x2) ** 2 + abs(y1 - y2) ** 2) ** 0.5

    def two_closest(self, car):
        distances = [self.dist_2_points(x1=p[0], x2=car[0], y1=p[1], y2=car[1]) for p in self.line]
        first = distances.index(min(distances))
        distances[first] = 999
        return [first, distances.index(min(distances))]

    def pay(self, params):
        first, second = self.two_closest([params['x'], params['y']])
        optimal = self.line[first][2]
        slower = optimal - params['speed']
        reward = max(1e-3, 1 - abs(slower) / 4)
        if params['steps'] % 50 == 0 and params['progress'] > (params['steps'] / 300) * 100:
            reward += 10.0
        self.times.append(reward)
        return float(reward)


reward_object = Reward()


def reward_function(params):
    return reward_object.pay(params)
