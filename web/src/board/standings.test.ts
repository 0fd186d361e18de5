import { expect, test } from "vitest";
import type { Entry } from "../api/types";
import { announcement, changedEntries, choose, fastestLapSecs, rankingRule, scoreName } from "./standings";

const entry = (rank: number, handle: string, more: Partial<Entry> = {}): Entry => ({
  rank,
  handle,
  kind: "person",
  score_secs: 10 + rank,
  gap_secs: rank - 1,
  best_lap_secs: 9 + rank,
  total_secs: 40,
  completed_laps: 3,
  off_tracks: 0,
  crashes: 0,
  entry: `${handle}-1`,
  submitted_at: "2026-03-01T12:00:00Z",
  ...more,
});

test("rankings have names and rules", () => {
  expect(scoreName({ method: "best_lap" })).toBe("Best lap");
  expect(rankingRule({ method: "mean_consecutive", laps: 3 })).toBe("Best mean of 3 laps in a row");
  expect(rankingRule({ method: "mean_consecutive" })).toBe("Best mean of consecutive laps");
  expect(scoreName({ method: "total_time" })).toBe("Total time");
});

test("up to two runs are chosen, and the first one stays", () => {
  expect(choose([], "a")).toEqual(["a"]);
  expect(choose(["a"], "b")).toEqual(["a", "b"]);
  expect(choose(["a", "b"], "c")).toEqual(["a", "c"]);
  expect(choose(["a", "b"], "a")).toEqual(["b"]);
});

test("the fastest lap need not be the leader's", () => {
  expect(fastestLapSecs([entry(1, "amy"), entry(2, "bo", { best_lap_secs: 8 })])).toBe(8);
  expect(fastestLapSecs([])).toBeUndefined();
});

test("a better run of the same person is a change, a lost place is not", () => {
  const before = [entry(1, "amy"), entry(2, "bo")];
  const after = [entry(1, "bo", { entry: "bo-2", score_secs: 61.5 }), entry(2, "amy")];
  expect(changedEntries(before, after).map((row) => row.handle)).toEqual(["bo"]);
  expect(announcement(changedEntries(before, after))).toBe("bo is now 1st with 1:01.500 seconds.");
  expect(announcement([])).toBe("");
  expect(announcement(after)).toContain("1 more row changed.");
});
