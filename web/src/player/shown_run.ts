/** A run with all that the player shows of it. */
import type { Telemetry, Track } from "../api/types";
import { type LapTime, type OffTrack, lapTimes, offTracks } from "./laps";
import { type Run, runFrom } from "./run";

/** What is known of a run besides its positions. */
export interface RunFacts {
  /** Whose it is. */
  name: string;
  /** The referee's lap times, where they are known. */
  officialLapSecs?: readonly number[];
  /** The referee's total, where it is known. */
  totalSecs?: number;
  /** Address of the replay file. */
  replayHref: string;
}

export interface ShownRun extends RunFacts {
  run: Run;
  laps: readonly LapTime[];
  offTracks: readonly OffTrack[];
}

/** Throws with a sentence where the positions cannot be shown. */
export function shownRun(facts: RunFacts, telemetry: Telemetry, track: Track): ShownRun {
  const run = runFrom(telemetry, track.length_m);
  return { ...facts, run, laps: lapTimes(run, track.length_m, facts.officialLapSecs), offTracks: offTracks(run) };
}

/** The highest speed in any of the runs, m/s: the end of every speed scale. */
export const topSpeedMps = (shown: readonly ShownRun[]): number => Math.max(0.1, ...shown.flatMap(({ run }) => run.speedMps));
