/** Draws the way that a car came, in metres: as far back as one lap, fading with age. */
import { speedColour } from "./palette";
import { poseAt } from "./pose";
import { type Run, lastNotAbove } from "./run";

/** Share of the trail at its old end over which it fades in. */
const FADE_SHARE = 0.5;
const OLD_ALPHA = 0.15;

export interface Trail {
  /** Colour of a piece that was driven at a speed. */
  colourOf: (speedMps: number) => string;
  widthM: number;
  alpha: number;
  /** How far back it goes. */
  lengthM: number;
}

/** A trail coloured by speed, where `topMps` has the last colour. */
export const bySpeed = (colours: readonly string[], topMps: number) => (speedMps: number) => speedColour(colours, speedMps, topMps);

/** Steps of the fading: pieces of one step and colour are drawn as one line, so that no seams show. */
const FADE_STEPS = 12;

export function drawTrail(context: CanvasRenderingContext2D, run: Run, secs: number, trail: Trail): void {
  const here = lastNotAbove(run.secs, secs);
  const oldestM = run.reachedM[here] - trail.lengthM;
  const first = oldestM <= run.reachedM[0] ? 0 : lastNotAbove(run.reachedM, oldestM);
  context.lineCap = "butt";
  context.lineJoin = "round";
  context.lineWidth = trail.widthM;
  let drawn = "";
  for (let index = first; index <= here; index += 1) {
    const age = (run.reachedM[here] - run.reachedM[index]) / trail.lengthM;
    const fade = Math.ceil(Math.min(1, (1 - age) / FADE_SHARE) * FADE_STEPS) / FADE_STEPS;
    const colour = trail.colourOf(run.speedMps[index]);
    const style = `${colour} ${fade}`;
    if (style !== drawn || run.putHere[index]) {
      if (drawn !== "") context.stroke();
      context.globalAlpha = trail.alpha * Math.max(OLD_ALPHA, fade);
      context.strokeStyle = colour;
      context.beginPath();
      context.moveTo(run.xM[index], run.yM[index]);
      drawn = style;
    }
    if (index < here && !run.putHere[index + 1]) context.lineTo(run.xM[index + 1], run.yM[index + 1]);
  }
  // The newest piece ends at the car, between two positions.
  const { xM, yM } = poseAt(run, secs);
  context.lineTo(xM, yM);
  context.stroke();
  context.globalAlpha = 1;
}
