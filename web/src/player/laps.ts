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

/** A time in which the car was off the track. */
export interface OffTrack {
  startSecs: number;
  lap: number;
}

/**
 * The completed laps. `officialSecs` are the referee's lap times where they are known. Otherwise the line is
 * found between the two positions around it, so a time can differ from the referee's by thousandths.
 * `completedLaps` says whether the run's end was the end of its last lap.
 */
export function lapTimes(run: Run, trackLengthM: number, completedLaps: number, officialSecs?: readonly number[]): LapTime[] {
  const ends = officialSecs === undefined ? crossings(run, trackLengthM, completedLaps) : runningSum(officialSecs);
  return ends.map((endSecs, index) => {
    const startSecs = index === 0 ? 0 : ends[index - 1];
    return { lap: index + 1, startSecs, endSecs, secs: officialSecs?.[index] ?? endSecs - startSecs };
  });
}

function runningSum(values: readonly number[]): number[] {
  let sum = 0;
  return values.map((value) => (sum += value));
}

function crossings(run: Run, trackLengthM: number, completedLaps: number): number[] {
  const ends: number[] = [];
  for (let index = 1; index < run.lap.length && ends.length < completedLaps; index += 1) {
    if (run.lap[index] > run.lap[index - 1]) ends.push(crossingSecs(run, index, run.lap[index - 1] * trackLengthM));
  }
  if (ends.length < completedLaps) ends.push(run.endSecs);
  return ends;
}

/** When `lineM` was crossed on the way to position `index`. */
function crossingSecs({ secs, distanceM, putHere }: Run, index: number, lineM: number): number {
  const before = index - 1;
  const share = (lineM - distanceM[before]) / (distanceM[index] - distanceM[before]);
  const isBetween = share >= 0 && share <= 1 && !putHere[index];
  return isBetween ? secs[before] + share * (secs[index] - secs[before]) : secs[index];
}

/** Each time the car left the track. */
export function offTracks({ secs, offTrack, lap }: Run): OffTrack[] {
  return secs.flatMap((startSecs, index) => (offTrack[index] && !(offTrack[index - 1] ?? false) ? [{ startSecs, lap: lap[index] }] : []));
}

/** The lap that is being driven at `secs` and how long it has been; after the last lap its final time. */
export function currentLap(laps: readonly LapTime[], secs: number): { lap: number; secs: number } {
  const ended = laps.filter((lap) => lap.endSecs <= secs);
  const last = ended.at(-1);
  return { lap: (last?.lap ?? 0) + 1, secs: secs - (last?.endSecs ?? 0) };
}
