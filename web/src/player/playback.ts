/** What the player is doing, as plain data, and the functions that change it. */

export type View = "fit" | "follow";

export interface Playback {
  /** Moment that is shown, seconds since the start of the race. */
  secs: number;
  /** End of the longest run. */
  endSecs: number;
  playing: boolean;
  /** Seconds of the race in a second of the reader's. */
  rate: number;
  view: View;
}

export const RATES = [0.25, 0.5, 1, 2, 4] as const;

/** How far an arrow key goes, seconds. */
export const KEY_STEP_SECS = 1;
/** How far an arrow key with Shift goes: about one control step of the car. */
export const FINE_STEP_SECS = 1 / 15;

/** Longest time that one drawing may advance the clock: a tab that slept goes on where it was. */
const MAX_FRAME_SECS = 0.25;

export const playback = (endSecs: number, playing: boolean): Playback => ({ secs: 0, endSecs, playing, rate: 1, view: "fit" });

export function seek(state: Playback, secs: number): void {
  state.secs = Math.min(Math.max(secs, 0), state.endSecs);
}

/** Plays or pauses; at the end it starts again. */
export function toggle(state: Playback): void {
  if (!state.playing && state.secs >= state.endSecs) state.secs = 0;
  state.playing = !state.playing;
}

/** Advances by the time that passed for the reader, and stops at the end. */
export function tick(state: Playback, elapsedSecs: number): void {
  if (!state.playing) return;
  seek(state, state.secs + Math.min(elapsedSecs, MAX_FRAME_SECS) * state.rate);
  if (state.secs >= state.endSecs) state.playing = false;
}

/** Does what a key means. Returns whether it meant anything. */
export function pressKey(state: Playback, key: string, fine: boolean): boolean {
  const step = fine ? FINE_STEP_SECS : KEY_STEP_SECS;
  if (key === " ") toggle(state);
  else if (key === "ArrowLeft") seek(state, state.secs - step);
  else if (key === "ArrowRight") seek(state, state.secs + step);
  else if (key === "Home") seek(state, 0);
  else if (key === "End") seek(state, state.endSecs);
  else return false;
  return true;
}
