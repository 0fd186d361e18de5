import { expect, test } from "vitest";
import { boxOf, fitted, following, glided, isSettled, transformOf } from "./camera";
import { run } from "./fixtures";
import { poseAt } from "./pose";

const box = { left: 0, right: 9.5, bottom: 1, top: 5.5 };
const size = { width: 500, height: 500 };
const screen = ([a, , , d, e, f]: number[], x: number, y: number) => [a * x + e, d * y + f];

test("the box holds both borders", () => {
  const stations = [
    { centre: [0, 0], inner: [0, 1], outer: [0, -1] },
    { centre: [4, 0], inner: [3, 2], outer: [5, -2] },
  ];
  expect(boxOf(stations as never)).toEqual({ left: 0, right: 5, bottom: -2, top: 2 });
});

test("fitting shows everything, and y goes up", () => {
  const camera = fitted(box, size);
  expect(camera).toEqual({ xM: 4.75, yM: 3.25, pixelsPerM: 50 }); // 9.5 m and two margins of 0.25 m in 500 px
  const transform = transformOf(camera, size, 1);
  expect(screen(transform, 0, 3.25)).toEqual([12.5, 250]);
  expect(screen(transform, 4.75, 5.5)).toEqual([250, 137.5]);
});

test("a denser screen has more pixels, not more road", () => {
  expect(screen(transformOf(fitted(box, size), size, 2), 0, 3.25)).toEqual([25, 500]);
});

test("following keeps the car in the middle", () => {
  const camera = following(poseAt(run([0, 4]), 0.5), size);
  expect(screen(transformOf(camera, size, 1), 2, 0)).toEqual([250, 250]);
});

test("gliding arrives", () => {
  const to = { xM: 10, yM: 0, pixelsPerM: 100 };
  const half = glided({ xM: 0, yM: 0, pixelsPerM: 50 }, to, 0.1);
  expect(half.xM).toBeGreaterThan(1);
  expect(half.xM).toBeLessThan(9);
  expect(isSettled(half, to)).toBe(false);
  expect(isSettled(glided(half, to, 5), to)).toBe(true);
});
