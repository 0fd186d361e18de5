/** The time between two cars. */
import { type Run, lastNotAbove } from "./run";

/** When a run first reached a distance, seconds since its start; undefined if it never did. */
export function secsAtDistance({ secs, reachedM, putHere }: Run, distanceM: number): number | undefined {
  if (distanceM > reachedM[reachedM.length - 1]) return undefined;
  if (distanceM <= reachedM[0]) return secs[0];
  // The first position at or beyond the distance: one after the last that is short of it.
  let after = lastNotAbove(reachedM, distanceM);
  while (after > 0 && reachedM[after - 1] >= distanceM) after -= 1;
  if (reachedM[after] < distanceM) after += 1;
  const before = after - 1;
  const share = putHere[after] ? 1 : (distanceM - reachedM[before]) / (reachedM[after] - reachedM[before]);
  return secs[before] + share * (secs[after] - secs[before]);
}

/** How far a run had come at a moment. */
function reachedAt({ secs, reachedM, putHere }: Run, at: number): number {
  const here = lastNotAbove(secs, at);
  const next = Math.min(here + 1, secs.length - 1);
  const spanSecs = secs[next] - secs[here];
  if (spanSecs <= 0 || putHere[next]) return reachedM[here];
  const share = Math.min(Math.max((at - secs[here]) / spanSecs, 0), 1);
  return reachedM[here] + share * (reachedM[next] - reachedM[here]);
}

/**
 * The gap of `run` to `other` at `secs`, as timing screens show it: how long ago the one in front passed the
 * place where the one behind is now. Positive: `run` is behind. Undefined if the place was never passed.
 */
export function gapSecs(run: Run, other: Run, secs: number): number | undefined {
  const runM = reachedAt(run, secs);
  const otherM = reachedAt(other, secs);
  if (runM > otherM) return negated(behindSecs(other, otherM, run, secs));
  return behindSecs(run, runM, other, secs);
}

function behindSecs(behind: Run, behindM: number, front: Run, secs: number): number | undefined {
  const passedSecs = secsAtDistance(front, behindM);
  // A car that has ended its race stands still, but its time does not go on.
  return passedSecs === undefined ? undefined : Math.min(secs, behind.endSecs) - passedSecs;
}

const negated = (value: number | undefined) => (value === undefined ? undefined : -value);

/** A gap at a moment. */
export interface GapPoint {
  secs: number;
  gapSecs: number;
}

/** The gap of `run` to `other` over the race, at `points` moments of equal distance. */
export function gapCurve(run: Run, other: Run, endSecs: number, points: number): GapPoint[] {
  return Array.from({ length: points }, (_, index) => {
    const secs = (endSecs * index) / (points - 1);
    return { secs, gapSecs: gapSecs(run, other, secs) ?? 0 };
  });
}
