clamp = lambda value, low, high: max(low, min(high, value))
terms = [
    (2.0, lambda p: 1 - p["distance_from_center"] / p["track_width"] * 2),
    (1.0, lambda p: p["speed"] / 4),
]
reward_function = lambda params: clamp(sum(weight * term(params) for weight, term in terms), 1e-3, 3)
