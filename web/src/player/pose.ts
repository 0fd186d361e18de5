/** Where a car is at a moment between two positions. */
import { type Run, lastNotAbove } from "./run";

export interface Pose {
  xM: number;
  yM: number;
  yawRad: number;
  speedMps: number;
  steeringRad: number;
  offTrack: boolean;
  /** Metres along the centre line since the start, over all laps. */
  distanceM: number;
}

const mix = (from: number, to: number, share: number) => from + (to - from) * share;

/** From one angle to another the short way round, so that a car driving over ±π does not spin. */
export function mixAngles(from: number, to: number, share: number): number {
  const difference = Math.atan2(Math.sin(to - from), Math.cos(to - from));
  return from + difference * share;
}

/** The pose at `secs`; before the start the first one, after the end the last one. */
export function poseAt(run: Run, secs: number): Pose {
  const here = lastNotAbove(run.secs, secs);
  const next = Math.min(here + 1, run.secs.length - 1);
  const share = shareBetween(run, here, next, secs);
  return {
    xM: mix(run.xM[here], run.xM[next], share),
    yM: mix(run.yM[here], run.yM[next], share),
    yawRad: mixAngles(run.yawRad[here], run.yawRad[next], share),
    speedMps: mix(run.speedMps[here], run.speedMps[next], share),
    steeringRad: mix(run.steeringRad[here], run.steeringRad[next], share),
    offTrack: run.offTrack[here],
    distanceM: mix(run.distanceM[here], run.distanceM[next], share),
  };
}

/** How far between two neighbouring positions; 0 where the car was put on the next one, so that it jumps. */
function shareBetween(run: Run, here: number, next: number, secs: number): number {
  const spanSecs = run.secs[next] - run.secs[here];
  if (spanSecs <= 0 || run.putHere[next]) return 0;
  return Math.min(Math.max((secs - run.secs[here]) / spanSecs, 0), 1);
}
