def reward_function(params):
    '''
    Markers at growing distances from the centre line
    '''
    track_width = params['track_width']
    distance_from_center = params['distance_from_center']
    markers = [0.1 * track_width, 0.25 * track_width, 0.5 * track_width]
    rewards = [1.0, 0.5, 0.1]
    reward = 1e-3
    for marker, value in zip(markers, rewards):
        if distance_from_center <= marker:
            reward = value
            break
    return float(reward)
