/** From metres on the ground (x right, y up) to pixels on the screen (y down). */
import type { Station } from "../api/types";
import type { Pose } from "./pose";

export interface Camera {
  /** Point of the ground in the middle of the picture, metres. */
  xM: number;
  yM: number;
  pixelsPerM: number;
}

/** A picture's size in CSS pixels. */
export interface Size {
  width: number;
  height: number;
}

export interface Box {
  left: number;
  right: number;
  bottom: number;
  top: number;
}

/** Ground around the track in the fitted view, metres on each side. */
const MARGIN_M = 0.25;
/** How much ground the shorter side of the picture shows when it follows a car, metres. */
const FOLLOW_M = 3;
/** How fast the picture glides to where it should be: share of the way left after a second. */
const GLIDE_LEFT_AFTER_SEC = 0.002;

/** The box around all points of a track. */
export function boxOf(stations: readonly Station[]): Box {
  const points = stations.flatMap(({ inner, outer }) => [inner, outer]);
  const xs = points.map(([x]) => x);
  const ys = points.map(([, y]) => y);
  return { left: Math.min(...xs), right: Math.max(...xs), bottom: Math.min(...ys), top: Math.max(...ys) };
}

/** Shows the whole box. */
export function fitted({ left, right, bottom, top }: Box, { width, height }: Size): Camera {
  const pixelsPerM = Math.min(width / (right - left + 2 * MARGIN_M), height / (top - bottom + 2 * MARGIN_M));
  return { xM: (left + right) / 2, yM: (bottom + top) / 2, pixelsPerM };
}

/** Keeps a car in the middle. */
export function following({ xM, yM }: Pose, { width, height }: Size): Camera {
  return { xM, yM, pixelsPerM: Math.min(width, height) / FOLLOW_M };
}

/** Part of the way from one camera to another: what is left of it shrinks evenly with time. */
export function glided(from: Camera, to: Camera, elapsedSecs: number): Camera {
  const share = 1 - GLIDE_LEFT_AFTER_SEC ** elapsedSecs;
  const mix = (a: number, b: number) => a + (b - a) * share;
  return { xM: mix(from.xM, to.xM), yM: mix(from.yM, to.yM), pixelsPerM: mix(from.pixelsPerM, to.pixelsPerM) };
}

/** Whether two cameras show the same to within half a pixel. */
export function isSettled(a: Camera, b: Camera): boolean {
  const movedPixels = Math.hypot(a.xM - b.xM, a.yM - b.yM) * b.pixelsPerM;
  return movedPixels < 0.5 && Math.abs(a.pixelsPerM / b.pixelsPerM - 1) < 0.001;
}

/** The canvas transform `[a, b, c, d, e, f]` with which metres are drawn; `density` = device pixels in a CSS pixel. */
export function transformOf({ xM, yM, pixelsPerM }: Camera, { width, height }: Size, density: number): [number, number, number, number, number, number] {
  const scale = pixelsPerM * density;
  return [scale, 0, 0, -scale, (width * density) / 2 - xM * scale, (height * density) / 2 + yM * scale];
}
