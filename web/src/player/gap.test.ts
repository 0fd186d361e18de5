import { expect, test } from "vitest";
import { run } from "./fixtures";
import { gapCurve, gapSecs, secsAtDistance } from "./gap";

const fast = run([0, 4, 8, 12]);
const slow = run([0, 2, 4, 6, 8, 10, 12]);

test("when a distance was reached", () => {
  expect([0, 4, 6, 12].map((distance) => secsAtDistance(fast, distance))).toEqual([0, 1, 1.5, 3]);
  expect(secsAtDistance(fast, 12.1)).toBeUndefined();
});

test("a distance is reached for the first time, also by a car that was put back", () => {
  const putBack = run([0, 4, 4, 4, 3, 4, 8]);
  expect(secsAtDistance(putBack, 4)).toBe(1);
  expect(secsAtDistance(putBack, 6)).toBe(5.5);
});

test("the one behind counts the time since the other was there", () => {
  // After 2 s the slow car is at 4 m, where the fast one was after 1 s.
  expect(gapSecs(slow, fast, 2)).toBe(1);
  expect(gapSecs(fast, slow, 2)).toBe(-1);
  expect(gapSecs(fast, fast, 2)).toBe(0);
});

test("after both ended the gap is the difference of their times", () => {
  expect(gapSecs(slow, fast, 6)).toBe(3);
  expect(gapSecs(slow, fast, 60)).toBe(3);
  expect(gapSecs(fast, slow, 60)).toBe(-3);
});

test("the gap over the race", () => {
  expect(gapCurve(slow, fast, 6, 4)).toEqual([
    { secs: 0, gapSecs: 0 },
    { secs: 2, gapSecs: 1 },
    { secs: 4, gapSecs: 2 },
    { secs: 6, gapSecs: 3 },
  ]);
});
