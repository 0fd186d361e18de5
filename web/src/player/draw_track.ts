/** Draws the road, in metres. */
import type { Station, Track } from "../api/types";
import type { Palette } from "./palette";

/** A track's shapes, made once. */
export interface Road {
  surface: Path2D;
  borders: Path2D;
  centreLine: Path2D;
  arrows: Path2D;
  startLine: { from: Point; to: Point; along: Point };
}

/** x and y, metres. */
type Point = readonly number[];

const BORDER_M = 0.03;
const CENTRE_LINE_M = 0.02;
const CENTRE_DASH_M = [0.18, 0.22];
/** Way between two arrows that show the direction, and half their width. */
const ARROW_EVERY_M = 2.4;
const ARROW_M = 0.07;
/** The start line: two rows of squares across the road. */
const START_LINE_M = 0.16;
const START_SQUARES = 10;

export function roadOf({ stations }: Track): Road {
  const inner = loopOf(stations.map((station) => station.inner));
  const outer = loopOf(stations.map((station) => station.outer));
  const surface = new Path2D(outer);
  surface.addPath(inner);
  const borders = new Path2D(outer);
  borders.addPath(inner);
  const [start, second] = stations;
  return {
    surface,
    borders,
    centreLine: loopOf(stations.map((station) => station.centre)),
    arrows: arrowsOf(stations),
    startLine: {
      from: start.inner,
      to: start.outer,
      along: direction(start.centre, second.centre),
    },
  };
}

function loopOf(points: readonly Point[]): Path2D {
  const path = new Path2D();
  points.forEach(([x, y], index) => (index === 0 ? path.moveTo(x, y) : path.lineTo(x, y)));
  path.closePath();
  return path;
}

function direction([x0, y0]: Point, [x1, y1]: Point): Point {
  const length = Math.hypot(x1 - x0, y1 - y0);
  return [(x1 - x0) / length, (y1 - y0) / length];
}

function arrowsOf(stations: readonly Station[]): Path2D {
  const path = new Path2D();
  let sinceLastM = ARROW_EVERY_M / 2;
  stations.forEach((station, index) => {
    const here = station.centre;
    const next = stations[(index + 1) % stations.length].centre;
    sinceLastM += Math.hypot(next[0] - here[0], next[1] - here[1]);
    if (sinceLastM < ARROW_EVERY_M) return;
    sinceLastM = 0;
    const [dx, dy] = direction(here, next);
    path.moveTo(here[0] - (dx + dy) * ARROW_M, here[1] - (dy - dx) * ARROW_M);
    path.lineTo(here[0], here[1]);
    path.lineTo(here[0] - (dx - dy) * ARROW_M, here[1] - (dy + dx) * ARROW_M);
  });
  return path;
}

/** Draws the road. `pixelM` is the size of a device-independent pixel on the ground, so that thin lines stay visible. */
export function drawRoad(context: CanvasRenderingContext2D, road: Road, palette: Palette, pixelM: number): void {
  context.fillStyle = palette.road;
  context.fill(road.surface, "evenodd");
  context.strokeStyle = palette.centreLine;
  context.lineWidth = Math.max(CENTRE_LINE_M, pixelM);
  context.setLineDash(CENTRE_DASH_M);
  context.stroke(road.centreLine);
  context.setLineDash([]);
  context.lineWidth = Math.max(CENTRE_LINE_M, 1.5 * pixelM);
  context.lineCap = "round";
  context.lineJoin = "round";
  context.stroke(road.arrows);
  drawStartLine(context, road.startLine, palette);
  context.strokeStyle = palette.border;
  context.lineWidth = Math.max(BORDER_M, 1.5 * pixelM);
  context.stroke(road.borders);
}

function drawStartLine(context: CanvasRenderingContext2D, { from, to, along }: Road["startLine"], palette: Palette): void {
  const square: Point = [(to[0] - from[0]) / START_SQUARES, (to[1] - from[1]) / START_SQUARES];
  const half = START_LINE_M / 2;
  for (let index = 0; index < START_SQUARES * 2; index += 1) {
    const across = index >> 1;
    const row = index & 1;
    const x = from[0] + square[0] * across + along[0] * half * (row - 1);
    const y = from[1] + square[1] * across + along[1] * half * (row - 1);
    context.fillStyle = (across + row) % 2 === 0 ? palette.border : palette.wheel;
    context.beginPath();
    context.moveTo(x, y);
    context.lineTo(x + square[0], y + square[1]);
    context.lineTo(x + square[0] + along[0] * half, y + square[1] + along[1] * half);
    context.lineTo(x + along[0] * half, y + along[1] * half);
    context.fill();
  }
}
