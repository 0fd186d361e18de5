/** Telemetry for tests, short enough to work out by hand. */
import type { Telemetry } from "../api/types";
import { type Run, runFrom } from "./run";

/** A straight road of 10 m that counts as a loop. */
export const LENGTH_M = 10;

/**
 * One position a second; `x` metres along the road, all laps. Whatever is not given is straight, and each speed
 * is such that the mean with the one before explains the way that was driven forward.
 */
export function telemetry(x: number[], more: Partial<Telemetry> = {}): Telemetry {
  const column = (value: number) => x.map(() => value);
  const speeds = column(x.length > 1 ? x[1] - x[0] : 0);
  for (let index = 1; index < x.length; index += 1) {
    speeds[index] = Math.max(0, 2 * (x[index] - x[index - 1]) - speeds[index - 1]);
  }
  return {
    hz: 1,
    secs: x.map((_, index) => index),
    x_m: x,
    y_m: column(0),
    yaw_rad: column(0),
    speed_mps: speeds,
    steering_rad: column(0),
    lap: x.map((here) => 1 + Math.floor(here / LENGTH_M)),
    progress_m: x,
    off_track: x.map(() => false),
    lap_secs: [],
    total_secs: x.length - 1,
    ...more,
  };
}

export const run = (x: number[], more: Partial<Telemetry> = {}): Run => runFrom(telemetry(x, more), LENGTH_M);
