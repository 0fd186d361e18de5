from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import List, NamedTuple, Optional


class Lane(Enum):
    LEFT = 1
    RIGHT = 2


class Point(NamedTuple):
    x: float
    y: float


@dataclass
class Memory:
    steering: List[float] = field(default_factory=list)
    last: Optional[Point] = None

    def remember(self, angle: float, point: Point) -> float:
        self.steering.append(angle)
        del self.steering[:-5]
        moved = 0.0 if self.last is None else ((self.last.x - point.x) ** 2 + (self.last.y - point.y) ** 2) ** 0.5
        self.last = point
        return moved


memory = Memory()


def reward_function(params: dict) -> float:
    lane = Lane.LEFT if params["is_left_of_center"] else Lane.RIGHT
    moved = memory.remember(params["steering_angle"], Point(params["x"], params["y"]))
    return moved + (0.1 if lane is Lane.LEFT else 0.2) + 0.01 * len(memory.steering)
