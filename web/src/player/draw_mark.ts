/** The sign for an off-track, on the road and on the timeline: a cross on a disc in the run's colour. */

const RADIUS = 6;
const CROSS = 2.2;

/** `unit` is the size of a CSS pixel in the drawing's own units. */
export function drawMark(context: CanvasRenderingContext2D, x: number, y: number, colour: string, crossColour: string, unit: number): void {
  const half = CROSS * unit;
  context.fillStyle = colour;
  context.beginPath();
  context.arc(x, y, RADIUS * unit, 0, 2 * Math.PI);
  context.fill();
  context.strokeStyle = crossColour;
  context.lineWidth = 1.6 * unit;
  context.lineCap = "butt";
  context.beginPath();
  context.moveTo(x - half, y - half);
  context.lineTo(x + half, y + half);
  context.moveTo(x - half, y + half);
  context.lineTo(x + half, y - half);
  context.stroke();
}
