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

/**
 * The completed laps. `officialSecs` are the referee's lap times where they are known. Otherwise the line is
 * found between the two positions around it, so a time can differ from the referee's by thousandths.
 */
export function lapTimes(run: Run, trackLengthM: number, officialSecs?: readonly number[]): LapTime[] {
  const ends = officialSecs === undefined ? crossings(run, trackLengthM) : runningSum(officialSecs);
  return ends.map((endSecs, index) => {
    const startSecs = index === 0 ? 0 : ends[index - 1];
    return { lap: index + 1, startSecs, endSecs, secs: officialSecs?.[index] ?? endSecs - startSecs };
  });
}

function runningSum(values: readonly number[]): number[] {
  let sum = 0;
  return values.map((value) => (sum += value));
}

function crossings(run: Run, trackLengthM: number): number[] {
  return run.lap.flatMap((lap, index) => {
    const isCrossed = index > 0 && lap > run.lap[index - 1];
    return isCrossed ? [crossingSecs(run, index, run.lap[index - 1] * trackLengthM)] : [];
  });
}

/** When `lineM` was crossed on the way to position `index`. */
function crossingSecs({ secs, distanceM, putHere }: Run, index: number, lineM: number): number {
  const before = index - 1;
  const share = (lineM - distanceM[before]) / (distanceM[index] - distanceM[before]);
  const isBetween = share >= 0 && share <= 1 && !putHere[index];
  return isBetween ? secs[before] + share * (secs[index] - secs[before]) : secs[index];
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
