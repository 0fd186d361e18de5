/** Lap times and off-tracks of a run, for reading and for marking on the timeline. */
import type { Run } from "./run";

export interface LapTime {
  /** From 1. */
  lap: number;
  /** When the lap began and ended, seconds since the start of the race. */
  startSecs: number;
  endSecs: number;
  secs: number;
}

/** A time in which the car stood because it had left the track. */
export interface OffTrack {
  startSecs: number;
  lap: number;
  /** Where it was last seen before it was put back, metres. */
  xM: number;
  yM: number;
}

/** The completed laps, from the referee's times of them. */
export function lapTimes(lapSecs: readonly number[]): LapTime[] {
  let startSecs = 0;
  return lapSecs.map((secs, index) => {
    const lap = { lap: index + 1, startSecs, endSecs: startSecs + secs, secs };
    startSecs = lap.endSecs;
    return lap;
  });
}

/** Each time the car left the track. */
export function offTracks({ secs, offTrack, lap, xM, yM }: Run): OffTrack[] {
  return secs.flatMap((startSecs, index) => {
    const before = Math.max(index - 1, 0);
    const isStart = offTrack[index] && (index === 0 || !offTrack[before]);
    return isStart ? [{ startSecs, lap: lap[index], xM: xM[before], yM: yM[before] }] : [];
  });
}

/** The lap that is being driven at `secs` and how long it has been; after the last lap its final time. */
export function currentLap(laps: readonly LapTime[], secs: number): { lap: number; secs: number } {
  const ended = laps.filter((lap) => lap.endSecs <= secs);
  const last = ended.at(-1);
  return { lap: (last?.lap ?? 0) + 1, secs: secs - (last?.endSecs ?? 0) };
}
