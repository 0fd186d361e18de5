/** The picture of the race: one canvas, drawn from the runs and the moment that is shown. */
import type { Track } from "../api/types";
import { type Camera, type Size, boxOf, fitted, following, glided, isSettled, transformOf } from "./camera";
import { carScale, drawCar } from "./draw_car";
import { drawMark } from "./draw_mark";
import { drawRoad, roadOf } from "./draw_track";
import { bySpeed, drawTrail } from "./draw_trail";
import { offTracks } from "./laps";
import type { Palette } from "./palette";
import type { Playback } from "./playback";
import { poseAt } from "./pose";
import type { Run } from "./run";

const LINE_M = 0.045;
const GHOST_LINE_M = 0.03;

export interface Stage {
  /** Draws a moment. Returns whether the picture is still gliding, so that it must be drawn again. */
  draw(state: Readonly<Playback>, size: Size, density: number, palette: Palette, elapsedSecs: number): boolean;
}

/** Sets up a canvas for one or two runs; the first is the one that is followed. */
export function stage(context: CanvasRenderingContext2D, track: Track, runs: readonly Run[], topMps: number, glides: boolean): Stage {
  const road = roadOf(track);
  const box = boxOf(track.stations);
  const marks = runs.map(offTracks);
  let camera: Camera | undefined;

  function aim(state: Readonly<Playback>, size: Size, elapsedSecs: number): boolean {
    const target = state.view === "fit" ? fitted(box, size) : following(poseAt(runs[0], state.secs), size);
    const moves = glides && camera !== undefined && !isSettled(camera, target);
    camera = moves && camera !== undefined ? glided(camera, target, elapsedSecs) : target;
    return moves;
  }

  function drawRun(index: number, state: Readonly<Playback>, palette: Palette, pixelM: number): void {
    const run = runs[index];
    const isGhost = index > 0;
    const colour = palette.cars[index];
    drawTrail(context, run, state.secs, {
      colourOf: isGhost ? () => colour : bySpeed(palette.speeds, topMps),
      widthM: isGhost ? Math.max(GHOST_LINE_M, 1.5 * pixelM) : Math.max(LINE_M, 2.5 * pixelM),
      alpha: isGhost ? 0.6 : 1,
      lengthM: track.length_m,
    });
    for (const { startSecs, xM, yM } of marks[index]) {
      if (startSecs <= state.secs) drawMark(context, xM, yM, colour, palette.wheel, pixelM);
    }
  }

  return {
    draw(state, size, density, palette, elapsedSecs) {
      const glidesOn = aim(state, size, elapsedSecs);
      if (camera === undefined) return false;
      const pixelM = 1 / camera.pixelsPerM;
      context.setTransform(1, 0, 0, 1, 0, 0);
      context.clearRect(0, 0, size.width * density, size.height * density);
      context.setTransform(...transformOf(camera, size, density));
      drawRoad(context, road, palette, pixelM);
      const backToFront = runs.map((_, index) => index).reverse();
      for (const index of backToFront) drawRun(index, state, palette, pixelM);
      for (const index of backToFront) {
        drawCar(context, poseAt(runs[index], state.secs), palette.cars[index], palette, carScale(camera.pixelsPerM), index > 0);
      }
      return glidesOn;
    },
  };
}
