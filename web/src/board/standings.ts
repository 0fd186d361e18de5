/** What a leaderboard means, in words and choices. The order itself is the league's business. */
import { MAX_RUNS } from "../app/routes";
import { counted, duration, ordinal } from "../ui/format";
import type { Entry, Ranking } from "../api/types";

/** The name of the number that a race is ranked by. */
export function scoreName(ranking: Ranking): string {
  if (ranking.method === "best_lap") return "Best lap";
  if (ranking.method === "total_time") return "Total time";
  return "Mean lap";
}

/** How a race is ranked, for somebody who reads it for the first time. */
export function rankingRule(ranking: Ranking): string {
  if (ranking.method === "best_lap") return "Fastest single lap";
  if (ranking.method === "total_time") return "Shortest time for all laps";
  return ranking.laps == null ? "Best mean of consecutive laps" : `Best mean of ${counted(ranking.laps, "lap")} in a row`;
}

/**
 * The chosen runs after one was clicked: clicked again it leaves; where all places are taken the last one is
 * replaced, so that the first stays for comparison.
 */
export function choose(chosen: readonly string[], entry: string): string[] {
  if (chosen.includes(entry)) return chosen.filter((other) => other !== entry);
  return [...chosen.slice(0, MAX_RUNS - 1), entry];
}

/** The shortest lap on a board; undefined while there is none. */
export function fastestLapSecs(entries: readonly Entry[]): number | undefined {
  return entries.length === 0 ? undefined : Math.min(...entries.map((entry) => entry.best_lap_secs));
}

/** Rows that are new on a board or came with another run, in the board's order. */
export function changedEntries(before: readonly Entry[], after: readonly Entry[]): Entry[] {
  const known = new Set(before.map((entry) => entry.entry));
  return after.filter((entry) => !known.has(entry.entry));
}

/** What a screen reader says about changed rows. */
export function announcement(changed: readonly Entry[]): string {
  const [first, ...others] = changed;
  if (first === undefined) return "";
  const more = others.length === 0 ? "" : ` ${counted(others.length, "more row")} changed.`;
  return `${first.handle} is now ${ordinal(first.rank)} with ${duration(first.score_secs)} seconds.${more}`;
}
