/** A run with all that the player shows of it. */
import type { Telemetry, Track } from "../api/types";
import { type LapTime, type OffTrack, lapTimes, offTracks } from "./laps";
import { type Run, runFrom } from "./run";

/** What is known of a run besides its positions. */
export interface RunFacts {
  /** Whose it is. */
  name: string;
  /** Address of the replay file. */
  replayHref: string;
}

export interface ShownRun extends RunFacts {
  run: Run;
  laps: readonly LapTime[];
  totalSecs: number;
  offTracks: readonly OffTrack[];
}

/** Throws with a sentence where the positions cannot be shown. */
export function shownRun(facts: RunFacts, telemetry: Telemetry, track: Track): ShownRun {
  const run = runFrom(telemetry, track.length_m);
  return { ...facts, run, laps: lapTimes(telemetry.lap_secs), totalSecs: telemetry.total_secs, offTracks: offTracks(run) };
}

/** The highest speed in any of the runs, m/s: the end of every speed scale. */
export const topSpeedMps = (shown: readonly ShownRun[]): number => Math.max(0.1, ...shown.flatMap(({ run }) => run.speedMps));
