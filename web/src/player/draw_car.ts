/** Draws a car to scale, in metres: 0.324 m long and 0.196 m wide, as a DeepRacer is. */
import type { Palette } from "./palette";
import type { Pose } from "./pose";

export const CAR_LENGTH_M = 0.324;
export const CAR_WIDTH_M = 0.196;
const WHEEL_LENGTH_M = 0.074;
const WHEEL_WIDTH_M = 0.036;
/** From the middle of the car to an axle. */
const AXLE_M = 0.0855;
/** Least size of a car on the screen, CSS pixels: on a phone a car to scale would be a dot. */
const MIN_CAR_PIXELS = 16;

/** How much larger than life cars are drawn. 1 wherever there is room. */
export const carScale = (pixelsPerM: number): number => Math.max(1, MIN_CAR_PIXELS / (CAR_LENGTH_M * pixelsPerM));

/** Draws a car in `colour`, its front wheels turned. A ghost is see-through. */
export function drawCar(context: CanvasRenderingContext2D, pose: Pose, colour: string, palette: Palette, scale: number, isGhost: boolean): void {
  context.save();
  context.translate(pose.xM, pose.yM);
  context.rotate(pose.yawRad);
  context.scale(scale, scale);
  context.globalAlpha = isGhost ? 0.8 : 1;
  context.fillStyle = palette.wheel;
  context.strokeStyle = palette.centreLine;
  context.lineWidth = 0.006;
  const track = CAR_WIDTH_M / 2 - WHEEL_WIDTH_M / 2;
  for (const side of [-track, track]) {
    drawWheel(context, -AXLE_M, side, 0);
    drawWheel(context, AXLE_M, side, pose.steeringRad);
  }
  drawBody(context, colour, palette);
  context.restore();
}

function drawWheel(context: CanvasRenderingContext2D, x: number, y: number, angle: number): void {
  context.save();
  context.translate(x, y);
  context.rotate(angle);
  context.beginPath();
  context.roundRect(-WHEEL_LENGTH_M / 2, -WHEEL_WIDTH_M / 2, WHEEL_LENGTH_M, WHEEL_WIDTH_M, 0.01);
  context.fill();
  context.stroke();
  context.restore();
}

/** A body that narrows between the front wheels, with a dark windscreen to tell front from back. */
function drawBody(context: CanvasRenderingContext2D, colour: string, palette: Palette): void {
  const rear = -CAR_LENGTH_M / 2;
  const nose = CAR_LENGTH_M / 2;
  const wide = CAR_WIDTH_M / 2 - 0.04;
  const narrow = wide * 0.6;
  context.fillStyle = colour;
  context.strokeStyle = palette.border;
  context.lineWidth = 0.008;
  context.lineJoin = "round";
  context.beginPath();
  context.moveTo(rear, -wide);
  context.lineTo(0.03, -wide);
  context.lineTo(nose, -narrow);
  context.lineTo(nose, narrow);
  context.lineTo(0.03, wide);
  context.lineTo(rear, wide);
  context.closePath();
  context.fill();
  context.stroke();
  context.fillStyle = palette.wheel;
  context.beginPath();
  context.moveTo(0.01, -wide * 0.66);
  context.lineTo(0.062, -wide * 0.52);
  context.lineTo(0.062, wide * 0.52);
  context.lineTo(0.01, wide * 0.66);
  context.fill();
}
