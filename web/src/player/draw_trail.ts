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

export function drawTrail(context: CanvasRenderingContext2D, run: Run, secs: number, trail: Trail): void {
  const here = lastNotAbove(run.secs, secs);
  const oldestM = run.reachedM[here] - trail.lengthM;
  const first = oldestM <= run.reachedM[0] ? 0 : lastNotAbove(run.reachedM, oldestM);
  // Round ends would show as beads where the trail is see-through.
  context.lineCap = "butt";
  context.lineWidth = trail.widthM;
  for (let index = first; index <= here; index += 1) {
    // The newest piece ends at the car, between two positions.
    const end = index === here ? poseAt(run, secs) : { xM: run.xM[index + 1], yM: run.yM[index + 1] };
    if (index !== here && run.putHere[index + 1]) continue;
    const age = (run.reachedM[here] - run.reachedM[index]) / trail.lengthM;
    context.globalAlpha = trail.alpha * Math.max(OLD_ALPHA, Math.min(1, (1 - age) / FADE_SHARE));
    context.strokeStyle = trail.colourOf(run.speedMps[index]);
    context.beginPath();
    context.moveTo(run.xM[index], run.yM[index]);
    context.lineTo(end.xM, end.yM);
    context.stroke();
  }
  context.globalAlpha = 1;
}
