/** Draws the speed of the runs and their gap over the race's time, with laps and off-tracks: the ground under the scrubber. */
import type { Size } from "./camera";
import { drawMark } from "./draw_mark";
import { gapCurve } from "./gap";
import type { LapTime, OffTrack } from "./laps";
import type { Palette } from "./palette";
import { type Run, lastNotAbove } from "./run";

/** One run as the timeline shows it. */
export interface TimelineRun {
  run: Run;
  laps: readonly LapTime[];
  offTracks: readonly OffTrack[];
}

/** Room for the laps' numbers above the speeds, and below the slowest, CSS pixels. */
const TOP = 20;
const BOTTOM = 8;
/** Height of the strip below, with two runs, that shows which is ahead. */
const GAP_HEIGHT = 36;
const GAP_POINTS = 300;
/** A gap that fills its strip even where no gap is as large, seconds: tiny ones should look tiny. */
const GAP_FULL_SECS = 0.5;

/** What the timeline shows besides the runs. */
export interface TimelineView {
  endSecs: number;
  /** Speed at the top. */
  topMps: number;
  size: Size;
  density: number;
  palette: Palette;
}

type Scale = (value: number) => number;

export function drawTimeline(context: CanvasRenderingContext2D, shown: readonly TimelineRun[], view: TimelineView): void {
  const { endSecs, topMps, size, density, palette } = view;
  const speedHeight = size.height - (shown.length > 1 ? GAP_HEIGHT : 0);
  const x: Scale = (secs) => (secs / endSecs) * size.width;
  const y: Scale = (mps) => speedHeight - BOTTOM - (mps / topMps) * (speedHeight - TOP - BOTTOM);
  context.setTransform(density, 0, 0, density, 0, 0);
  context.clearRect(0, 0, size.width, size.height);
  context.font = `11px ${palette.font}`;
  context.textBaseline = "top";
  drawLaps(context, shown[0].laps, x, size.height, palette);
  [...shown.entries()].reverse().forEach(([index, { run }]) => drawSpeed(context, run, x, y, palette.runs[index], index === 0));
  shown.forEach(({ run, offTracks }, index) => {
    for (const { startSecs } of offTracks) {
      const before = Math.max(lastNotAbove(run.secs, startSecs) - 1, 0);
      drawMark(context, x(startSecs), y(run.speedMps[before]), palette.runs[index], palette.onRun, 1);
    }
  });
  if (shown.length > 1) drawGap(context, shown, view, x);
}

function drawLaps(context: CanvasRenderingContext2D, laps: readonly LapTime[], x: Scale, height: number, palette: Palette): void {
  context.fillStyle = palette.muted;
  context.strokeStyle = palette.muted;
  context.lineWidth = 1;
  for (const { lap, startSecs, endSecs } of laps) {
    context.globalAlpha = 0.45;
    context.beginPath();
    context.moveTo(Math.round(x(endSecs)) - 0.5, 0);
    context.lineTo(Math.round(x(endSecs)) - 0.5, height);
    context.stroke();
    context.globalAlpha = 1;
    context.fillText(`Lap ${lap}`, x(startSecs) + 5, 3);
  }
}

function drawSpeed(context: CanvasRenderingContext2D, { secs, speedMps }: Run, x: Scale, y: Scale, colour: string, isFilled: boolean): void {
  context.beginPath();
  secs.forEach((at, index) => context.lineTo(x(at), y(speedMps[index])));
  context.strokeStyle = colour;
  context.lineWidth = 1.5;
  context.lineJoin = "round";
  context.stroke();
  if (!isFilled) return;
  context.lineTo(x(secs[secs.length - 1]), y(0));
  context.lineTo(x(secs[0]), y(0));
  context.globalAlpha = 0.12;
  context.fillStyle = colour;
  context.fill();
  context.globalAlpha = 1;
}

/** Above its line run a is ahead, below it run b, each in the colour of the one that leads. */
function drawGap(context: CanvasRenderingContext2D, [a, b]: readonly TimelineRun[], { endSecs, size, palette }: TimelineView, x: Scale): void {
  const curve = gapCurve(a.run, b.run, endSecs, GAP_POINTS);
  const fullSecs = Math.max(GAP_FULL_SECS, ...curve.map((point) => Math.abs(point.gapSecs)));
  const middle = size.height - GAP_HEIGHT / 2;
  const half = GAP_HEIGHT / 2 - 3;
  [-1, 1].forEach((side, index) => {
    context.beginPath();
    context.moveTo(0, middle);
    for (const { secs, gapSecs } of curve) context.lineTo(x(secs), middle + side * Math.max(0, (side * gapSecs) / fullSecs) * half);
    context.lineTo(size.width, middle);
    context.fillStyle = palette.runs[index];
    context.fill();
  });
  context.fillStyle = palette.muted;
  context.globalAlpha = 0.45;
  context.fillRect(0, middle - 0.5, size.width, 1);
  context.globalAlpha = 1;
  context.fillText("Gap", 5, size.height - GAP_HEIGHT + 2);
}
