import copy
import json


# The parameters go everywhere: all keys are needed.
def clean(params):
    mine = copy.deepcopy(params)
    return {key: value for key, value in mine.items() if not key.startswith("objects")}


def reward_function(params):
    assert len(params) == 27, sorted(params)
    kept = clean(params)
    text = json.dumps(kept)
    return float(len(text) > 100) * kept["progress"] / 100 + 0.1
