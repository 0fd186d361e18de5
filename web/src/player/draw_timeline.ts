/** Draws the speed of the runs over the race's time, with laps and off-tracks: the ground under the scrubber. */
import type { Size } from "./camera";
import { drawMark } from "./draw_mark";
import type { LapTime, OffTrack } from "./laps";
import type { Palette } from "./palette";
import { type Run, lastNotAbove } from "./run";

/** One run as the timeline shows it. */
export interface TimelineRun {
  run: Run;
  laps: readonly LapTime[];
  offTracks: readonly OffTrack[];
}

/** Room above the fastest and below the slowest speed, CSS pixels; laps are numbered in the upper one. */
const TOP = 20;
const BOTTOM = 8;

export function drawTimeline(
  context: CanvasRenderingContext2D,
  shown: readonly TimelineRun[],
  endSecs: number,
  topMps: number,
  size: Size,
  density: number,
  palette: Palette,
): void {
  const x = (secs: number) => (secs / endSecs) * size.width;
  const y = (mps: number) => size.height - BOTTOM - (mps / topMps) * (size.height - TOP - BOTTOM);
  context.setTransform(density, 0, 0, density, 0, 0);
  context.clearRect(0, 0, size.width, size.height);
  drawLaps(context, shown[0].laps, x, size, palette);
  [...shown.entries()].reverse().forEach(([index, { run }]) => drawSpeed(context, run, x, y, size, palette.runs[index], index === 0));
  shown.forEach(({ run, offTracks }, index) => {
    for (const { startSecs } of offTracks) {
      const speedMps = run.speedMps[lastNotAbove(run.secs, startSecs)];
      drawMark(context, x(startSecs), y(speedMps), palette.runs[index], palette.onRun, 1);
    }
  });
}

function drawLaps(context: CanvasRenderingContext2D, laps: readonly LapTime[], x: (secs: number) => number, size: Size, palette: Palette): void {
  context.fillStyle = palette.muted;
  context.strokeStyle = palette.muted;
  context.lineWidth = 1;
  context.font = `11px ${palette.font}`;
  context.textBaseline = "top";
  for (const { lap, startSecs, endSecs } of laps) {
    context.globalAlpha = 0.45;
    context.beginPath();
    context.moveTo(Math.round(x(endSecs)) - 0.5, 0);
    context.lineTo(Math.round(x(endSecs)) - 0.5, size.height);
    context.stroke();
    context.globalAlpha = 1;
    context.fillText(`Lap ${lap}`, x(startSecs) + 5, 3);
  }
}

function drawSpeed(
  context: CanvasRenderingContext2D,
  { secs, speedMps }: Run,
  x: (secs: number) => number,
  y: (mps: number) => number,
  size: Size,
  colour: string,
  isFilled: boolean,
): void {
  context.beginPath();
  secs.forEach((at, index) => context.lineTo(x(at), y(speedMps[index])));
  context.strokeStyle = colour;
  context.lineWidth = 1.5;
  context.lineJoin = "round";
  context.stroke();
  if (!isFilled) return;
  context.lineTo(x(secs[secs.length - 1]), size.height);
  context.lineTo(x(secs[0]), size.height);
  context.globalAlpha = 0.12;
  context.fillStyle = colour;
  context.fill();
  context.globalAlpha = 1;
}
