/** The player's colours. The style sheet holds them, so that light and dark are told apart in one place. */

export interface Palette {
  /** Run a and run b on the page: blue and orange, which every kind of colour vision tells apart. */
  runs: [string, string];
  /** The same two on the dark road. */
  cars: [string, string];
  road: string;
  border: string;
  centreLine: string;
  muted: string;
  wheel: string;
  /** On a run's colour. */
  onRun: string;
  /** Names of the page's fonts. */
  font: string;
  /** Slow, middle, fast: rising in lightness, so that it also reads without colours. */
  speeds: string[];
}

/** The colours that hold for an element now. */
export function paletteOf(element: Element): Palette {
  const style = getComputedStyle(element);
  const colour = (name: string) => style.getPropertyValue(`--${name}`).trim();
  return {
    runs: [colour("run-a"), colour("run-b")],
    cars: [colour("car-a"), colour("car-b")],
    road: colour("road"),
    border: colour("road-border"),
    centreLine: colour("road-centre"),
    muted: colour("muted"),
    wheel: colour("wheel"),
    onRun: colour("panel"),
    font: style.fontFamily,
    speeds: speedColours([colour("speed-slow"), colour("speed-middle"), colour("speed-fast")]),
  };
}

/** Steps between the slowest and the fastest colour. */
const SPEED_STEPS = 24;

/** Red, green and blue of `#rrggbb`. */
const channels = (hex: string) => [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16));

/** Even steps from the first colour over the second to the third, each `#rrggbb`. */
export function speedColours(stops: readonly string[]): string[] {
  const [slow, middle, fast] = stops.map(channels);
  return Array.from({ length: SPEED_STEPS }, (_, step) => {
    const place = (2 * step) / (SPEED_STEPS - 1);
    const [from, to, share] = place <= 1 ? [slow, middle, place] : [middle, fast, place - 1];
    return `rgb(${from.map((value, channel) => Math.round(value + (to[channel] - value) * share)).join(" ")})`;
  });
}

/** The colour of a speed, where `topMps` is the fastest that is shown. */
export function speedColour(colours: readonly string[], speedMps: number, topMps: number): string {
  const step = Math.round((speedMps / Math.max(topMps, 1e-6)) * (colours.length - 1));
  return colours[Math.min(Math.max(step, 0), colours.length - 1)];
}
