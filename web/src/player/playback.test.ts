import { expect, test } from "vitest";
import { playback, pressKey, seek, tick, toggle } from "./playback";

test("the clock follows the reader's time and the rate", () => {
  const state = playback(10, true);
  tick(state, 0.1);
  expect(state.secs).toBeCloseTo(0.1, 12);
  state.rate = 4;
  tick(state, 0.1);
  expect(state.secs).toBeCloseTo(0.5, 12);
});

test("a paused clock stands", () => {
  const state = playback(10, false);
  tick(state, 0.1);
  expect(state.secs).toBe(0);
});

test("a tab that slept for a minute does not lose its place", () => {
  const state = playback(100, true);
  tick(state, 60);
  expect(state.secs).toBe(0.25);
});

test("it stops at the end, and playing again starts over", () => {
  const state = playback(10, true);
  seek(state, 9.99);
  tick(state, 0.1);
  expect(state).toMatchObject({ secs: 10, playing: false });
  toggle(state);
  expect(state).toMatchObject({ secs: 0, playing: true });
});

test("seeking stays within the race", () => {
  const state = playback(10, false);
  seek(state, 12);
  expect(state.secs).toBe(10);
  seek(state, -1);
  expect(state.secs).toBe(0);
});

test("keys", () => {
  const state = playback(10, false);
  const press = (key: string, fine = false) => [pressKey(state, key, fine), state.secs];
  expect(press("ArrowRight")).toEqual([true, 1]);
  expect(press("ArrowLeft", true)).toEqual([true, 1 - 1 / 15]);
  expect(press("End")).toEqual([true, 10]);
  expect(press("Home")).toEqual([true, 0]);
  expect(press("q")).toEqual([false, 0]);
  pressKey(state, " ", false);
  expect(state.playing).toBe(true);
});
