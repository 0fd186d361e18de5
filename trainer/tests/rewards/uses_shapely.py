from shapely.geometry import LinearRing, Point
from scipy.spatial.distance import euclidean


def reward_function(params):
    line = LinearRing(params["waypoints"][:-1])
    car = Point(params["x"], params["y"])
    distance = line.distance(car)
    x, y = line.interpolate(line.project(car)).coords[0]
    return 1.0 - distance + euclidean((x, y), (params["x"], params["y"])) * 0.1
