import type { Size } from "./camera";

/** Gives a canvas as many pixels as the screen has where it stands. Returns its size and that density. */
export function sizeCanvas(canvas: HTMLCanvasElement): { size: Size; density: number } {
  const size = { width: canvas.clientWidth, height: canvas.clientHeight };
  const density = devicePixelRatio;
  const width = Math.round(size.width * density);
  const height = Math.round(size.height * density);
  // Setting them clears the canvas, so only when they change.
  if (canvas.width !== width) canvas.width = width;
  if (canvas.height !== height) canvas.height = height;
  return { size, density };
}
