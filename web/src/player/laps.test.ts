import { expect, test } from "vitest";
import { LENGTH_M, run } from "./fixtures";
import { currentLap, lapTimes, offTracks } from "./laps";

test("a lap ends between the two positions around the line", () => {
  // 4 m/s: the line at 10 m is crossed after 2.5 s, the one at 20 m after 5 s.
  const laps = lapTimes(run([0, 4, 8, 12, 16, 20]), LENGTH_M);
  expect(laps).toEqual([
    { lap: 1, startSecs: 0, endSecs: 2.5, secs: 2.5 },
    { lap: 2, startSecs: 2.5, endSecs: 5, secs: 2.5 },
  ]);
});

test("a lap that was not completed has no time", () => {
  expect(lapTimes(run([0, 4, 8]), LENGTH_M)).toEqual([]);
  expect(lapTimes(run([0, 4, 8, 12, 16]), LENGTH_M)).toHaveLength(1);
});

test("the referee's times win", () => {
  const laps = lapTimes(run([0, 4, 8, 12, 16, 20]), LENGTH_M, [2.501, 2.498]);
  expect(laps.map((lap) => lap.secs)).toEqual([2.501, 2.498]);
  expect(laps[1].startSecs).toBe(2.501);
});

test("each time off the track counts once", () => {
  const off = offTracks(run([0, 1, 2, 3, 11, 12], { off_track: [false, true, true, false, true, false] }));
  expect(off).toEqual([
    { startSecs: 1, lap: 1, xM: 0, yM: 0 },
    { startSecs: 4, lap: 2, xM: 3, yM: 0 },
  ]);
  expect(offTracks(run([0], { off_track: [true] }))).toHaveLength(1);
});

test("the lap clock starts again at the line", () => {
  const laps = lapTimes(run([0, 4, 8, 12, 16, 20]), LENGTH_M);
  expect(currentLap(laps, 2)).toEqual({ lap: 1, secs: 2 });
  expect(currentLap(laps, 3)).toEqual({ lap: 2, secs: 0.5 });
});
