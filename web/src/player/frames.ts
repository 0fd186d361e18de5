/** One redraw a frame, however often it is asked for. */
export interface Frames {
  /** Asks for a redraw in the next frame. */
  request(): void;
  stop(): void;
}

/**
 * `draw` gets the seconds since the frame before (0 after a rest) and returns whether the next frame must be
 * drawn too.
 */
export function frames(draw: (elapsedSecs: number) => boolean): Frames {
  let asked: number | undefined;
  let lastMillis: number | undefined;

  function request(): void {
    asked ??= requestAnimationFrame(onFrame);
  }

  function onFrame(nowMillis: number): void {
    asked = undefined;
    const elapsedSecs = lastMillis === undefined ? 0 : (nowMillis - lastMillis) / 1000;
    const goesOn = draw(elapsedSecs);
    lastMillis = goesOn ? nowMillis : undefined;
    if (goesOn) request();
  }

  return {
    request,
    stop() {
      if (asked !== undefined) cancelAnimationFrame(asked);
      asked = undefined;
    },
  };
}
