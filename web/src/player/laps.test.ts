import { expect, test } from "vitest";
import { run } from "./fixtures";
import { currentLap, lapTimes, offTracks } from "./laps";

test("laps follow each other", () => {
  expect(lapTimes([2.5, 2.25])).toEqual([
    { lap: 1, startSecs: 0, endSecs: 2.5, secs: 2.5 },
    { lap: 2, startSecs: 2.5, endSecs: 4.75, secs: 2.25 },
  ]);
  expect(lapTimes([])).toEqual([]);
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
  const laps = lapTimes([2.5, 2.5]);
  expect(currentLap(laps, 2)).toEqual({ lap: 1, secs: 2 });
  expect(currentLap(laps, 3)).toEqual({ lap: 2, secs: 0.5 });
});
