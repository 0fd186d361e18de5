def reward_function(params):
    points = params['waypoints']
    x, y = params['x'], params['y']
    squared = [(x - px) ** 2 + (y - py) ** 2 for px, py in points]
    nearest = min(range(len(squared)), key=lambda i: squared[i])
    by_parity = {i % 2: d for i, d in enumerate(squared)}
    seen = {round(d, 1) for d in squared if d < 1}
    assert len(by_parity) == 2
    return float(len(seen) > 0) + 1.0 / (1.0 + squared[nearest])
