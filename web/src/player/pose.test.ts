import { expect, test } from "vitest";
import { run } from "./fixtures";
import { mixAngles, poseAt } from "./pose";

test("halfway in time is halfway on the road", () => {
  const pose = poseAt(run([0, 2, 6], { speed_mps: [2, 2, 6], steering_rad: [0, 0.2, 0.4] }), 1.5);
  expect(pose.xM).toBe(4);
  expect(pose.speedMps).toBe(4); // from 2 m/s to 6 m/s
  expect(pose.steeringRad).toBeCloseTo(0.3, 12);
});

test("before the start and after the end the car stands on its first and last position", () => {
  const short = run([1, 2]);
  expect([poseAt(short, -5).xM, poseAt(short, 99).xM]).toEqual([1, 2]);
  expect(poseAt(run([7]), 0.5).xM).toBe(7);
});

test("angles go the short way over ±π", () => {
  expect(mixAngles(3, -3, 0.5)).toBeCloseTo(Math.PI, 12);
  expect(mixAngles(-3, 3, 0.5)).toBeCloseTo(-Math.PI, 12);
  expect(mixAngles(0.2, 0.4, 0.25)).toBeCloseTo(0.25, 12);
  const turning = run([0, 0], { yaw_rad: [3.1, -3.1] });
  expect(Math.abs(poseAt(turning, 0.5).yawRad)).toBeCloseTo(Math.PI, 12);
});

test("a car that is put back jumps and does not glide", () => {
  const putBack = run([0, 3, 3, 3], { y_m: [0, 0, 2, 2], speed_mps: [0, 3, 0, 0], off_track: [false, true, true, false] });
  expect(poseAt(putBack, 1.99)).toMatchObject({ xM: 3, yM: 0, offTrack: true });
  expect(poseAt(putBack, 2).yM).toBe(2);
});
