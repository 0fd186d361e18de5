/**
 * One run, ready to be shown: the positions that the league gives, and what follows from them by counting.
 * No physics: between two positions there is a straight line (see `pose.ts`), and nothing else is made up.
 */
import type { Telemetry } from "../api/types";

export interface Run {
  /** Seconds since the start of the race, rising. All columns have this length. */
  readonly secs: readonly number[];
  readonly xM: readonly number[];
  readonly yM: readonly number[];
  readonly yawRad: readonly number[];
  readonly speedMps: readonly number[];
  /** Angle of the front wheels, + = left. */
  readonly steeringRad: readonly number[];
  readonly offTrack: readonly boolean[];
  /** Lap that the car is in, from 1. */
  readonly lap: readonly number[];
  /** Metres along the centre line since the start, over all laps. */
  readonly distanceM: readonly number[];
  /** Furthest `distanceM` so far: never falls, unlike a car that is put back. */
  readonly reachedM: readonly number[];
  /** Whether the car did not drive here from the position before, but was put here. */
  readonly putHere: readonly boolean[];
  readonly endSecs: number;
}

/** A position further than this from where speed and heading lead to was not driven to. A car that slides misses by less. */
const JUMP_M = 0.15;

/** Reads a run. `trackLengthM` is the length of the centre line. Throws with a sentence where there is nothing to show. */
export function runFrom(telemetry: Telemetry, trackLengthM: number): Run {
  const { secs, x_m, y_m, yaw_rad, speed_mps, steering_rad, off_track, lap, progress_m } = telemetry;
  const columns = [x_m, y_m, yaw_rad, speed_mps, steering_rad, off_track, lap, progress_m];
  if (secs.length === 0) throw new Error("This run has no positions to show.");
  if (columns.some((column) => column.length !== secs.length)) throw new Error("This run's positions are incomplete, so it cannot be shown.");

  const distanceM = unrolled(progress_m, trackLengthM);
  return {
    secs,
    xM: x_m,
    yM: y_m,
    yawRad: yaw_rad,
    speedMps: speed_mps,
    steeringRad: steering_rad,
    offTrack: off_track,
    lap: lap.map((number) => number - lap[0] + 1),
    distanceM,
    reachedM: runningMax(distanceM),
    putHere: secs.map((_, index) => index > 0 && isJump(telemetry, index)),
    endSecs: secs[secs.length - 1],
  };
}

/** Makes progress that starts again at every lap go on over all laps; progress that already does stays as it is. */
export function unrolled(progressM: readonly number[], trackLengthM: number): number[] {
  let lapsM = 0;
  return progressM.map((progress, index) => {
    const step = index === 0 ? 0 : progress - progressM[index - 1];
    if (step < -trackLengthM / 2) lapsM += trackLengthM;
    if (step > trackLengthM / 2) lapsM -= trackLengthM;
    return progress + lapsM;
  });
}

function runningMax(values: readonly number[]): number[] {
  let max = -Infinity;
  return values.map((value) => (max = Math.max(max, value)));
}

function isJump({ secs, x_m, y_m, yaw_rad, speed_mps }: Telemetry, index: number): boolean {
  const before = index - 1;
  const halfSecs = (secs[index] - secs[before]) / 2;
  const drivenX = [before, index].reduce((sum, at) => sum + speed_mps[at] * Math.cos(yaw_rad[at]) * halfSecs, 0);
  const drivenY = [before, index].reduce((sum, at) => sum + speed_mps[at] * Math.sin(yaw_rad[at]) * halfSecs, 0);
  return Math.hypot(x_m[index] - x_m[before] - drivenX, y_m[index] - y_m[before] - drivenY) > JUMP_M;
}

/** Index of the last value that is not above `wanted`; 0 where all are. `rising` must not fall. */
export function lastNotAbove(rising: readonly number[], wanted: number): number {
  let low = 0;
  let high = rising.length;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (rising[middle] <= wanted) low = middle;
    else high = middle;
  }
  return low;
}
