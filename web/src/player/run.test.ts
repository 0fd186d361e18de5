import { expect, test } from "vitest";
import { LENGTH_M, run, telemetry } from "./fixtures";
import { lastNotAbove, runFrom, unrolled } from "./run";

test("progress that starts again at the line goes on; progress that does not stays", () => {
  expect(unrolled([0, 4, 8, 2, 6, 0.5], LENGTH_M)).toEqual([0, 4, 8, 12, 16, 20.5]);
  expect(unrolled([0, 4, 8, 12, 16], LENGTH_M)).toEqual([0, 4, 8, 12, 16]);
});

test("rolling back over the line is no lap", () => {
  expect(unrolled([0.2, 9.9, 0.3], LENGTH_M)).toEqual([0.2, -0.09999999999999964, 0.3]);
});

test("a car that is put back keeps the distance that it reached", () => {
  const putBack = run([0, 3, 5, 4, 6]);
  expect(putBack.distanceM).toEqual([0, 3, 5, 4, 6]);
  expect(putBack.reachedM).toEqual([0, 3, 5, 5, 6]);
});

test("a position that speed and heading do not explain is a jump", () => {
  // 4 m/s, then put 0.4 m to the side and standing there, then on at 1 m/s. Without the side step: braking hard.
  const speed_mps = [4, 4, 0, 0, 1];
  expect(run([0, 4, 6, 6, 6.5], { speed_mps, y_m: [0, 0, 0.4, 0.4, 0.4] }).putHere).toEqual([false, false, true, false, false]);
  expect(run([0, 4, 6, 6, 6.5], { speed_mps }).putHere).toEqual([false, false, false, false, false]);
});

test("laps count from 1, whatever the first is called", () => {
  expect(run([0, 5, 12], { lap: [0, 0, 1] }).lap).toEqual([1, 1, 2]);
  expect(run([0, 5, 12], { lap: [1, 1, 2] }).lap).toEqual([1, 1, 2]);
});

test("what cannot be shown is refused with a sentence", () => {
  expect(() => run([])).toThrow("no positions");
  expect(() => runFrom(telemetry([0, 1], { yaw_rad: [0] }), LENGTH_M)).toThrow("incomplete");
});

test("searching a rising column", () => {
  const rising = [0, 1, 1, 4];
  expect([-1, 0, 0.5, 1, 3.9, 4, 9].map((wanted) => lastNotAbove(rising, wanted))).toEqual([0, 0, 0, 2, 2, 3, 3]);
});
