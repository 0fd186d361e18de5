/** Numbers and times as the pages show them. */

// The texts are English, so numbers follow the reader's English if there is one.
const languages = globalThis.navigator?.languages ?? [];
const locale = languages.find((language) => language.startsWith("en")) ?? "en-GB";

const MILLIS_PER_MINUTE = 60_000;

const number = (minimumIntegerDigits: number, fractionDigits: number) =>
  new Intl.NumberFormat(locale, {
    minimumIntegerDigits,
    minimumFractionDigits: fractionDigits,
    maximumFractionDigits: fractionDigits,
    useGrouping: false,
  });

const thousandths = { alone: number(1, 3), afterMinutes: number(2, 3) };
const tenths = number(2, 1);
const oneDigit = number(1, 1);
const twoDigits = number(1, 2);
const dateAndTime = new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "short" });
const day = new Intl.DateTimeFormat(locale, { day: "numeric", month: "short", year: "numeric" });
const relative = new Intl.RelativeTimeFormat(locale, { numeric: "auto", style: "short" });
const ordinals = new Intl.PluralRules(locale, { type: "ordinal" });

/** Shown where there is no number. */
export const NONE = "–";

/** A lap or race time: `9.482`, `1:09.482`. */
export function duration(secs: number | null | undefined): string {
  if (secs == null || !Number.isFinite(secs)) return NONE;
  const millis = Math.round(secs * 1000);
  const minutes = Math.floor(millis / MILLIS_PER_MINUTE);
  const rest = (millis % MILLIS_PER_MINUTE) / 1000;
  return minutes === 0 ? thousandths.alone.format(rest) : `${minutes}:${thousandths.afterMinutes.format(rest)}`;
}

/**
 * A lap time worked out from positions, to a hundredth: it can miss the referee's by a thousandth or two, and
 * should not look as if it did not.
 */
export function roughDuration(secs: number): string {
  const hundredths = Math.round(secs * 100);
  const minutes = Math.floor(hundredths / 6000);
  const rest = (hundredths % 6000) / 100;
  return minutes === 0 ? twoDigits.format(rest) : `${minutes}:${number(2, 2).format(rest)}`;
}

/** A distance in time to something faster or slower: `+0.214`, `−0.020`, `+1:02.000`; equal is `0.000`. */
export function gap(secs: number | null | undefined): string {
  if (secs == null || !Number.isFinite(secs)) return NONE;
  const size = duration(Math.abs(secs));
  if (Math.round(secs * 1000) === 0) return size;
  return `${secs > 0 ? "+" : "−"}${size}`;
}

/** As `gap`, between rough durations. */
export function roughGap(secs: number): string {
  const size = roughDuration(Math.abs(secs));
  if (Math.round(secs * 100) === 0) return size;
  return `${secs > 0 ? "+" : "−"}${size}`;
}

/** The player's clock: `0:09.4`. Cut, not rounded, as a running clock is. */
export function clock(secs: number): string {
  const tenthsOfSecond = Math.floor(secs * 10 + 1e-6);
  const minutes = Math.floor(tenthsOfSecond / 600);
  return `${minutes}:${tenths.format((tenthsOfSecond % 600) / 10)}`;
}

/** Metres per second, without the unit. */
export const speed = (mps: number): string => twoDigits.format(mps);

/** `17.7 m`. */
export const metres = (length: number): string => `${oneDigit.format(length)} m`;

/** Metres of a way that grows, without the unit. */
export const driven = (length: number): string => oneDigit.format(length);

/** Seconds in a sentence: `2 s`, `2.5 s`. */
export const seconds = (secs: number): string => `${new Intl.NumberFormat(locale, { maximumFractionDigits: 2 }).format(secs)} s`;

/** `1st`, `22nd`. */
export function ordinal(rank: number): string {
  const endings: Record<string, string> = { one: "st", two: "nd", few: "rd", other: "th" };
  return `${rank}${endings[ordinals.select(rank)]}`;
}

/** `1 lap`, `3 laps`. */
export const counted = (count: number, one: string, many = `${one}s`): string => `${count} ${count === 1 ? one : many}`;

/** A moment in the reader's time zone. */
export const moment = (time: string): string => dateAndTime.format(new Date(time));

/** A day in the reader's time zone. */
export const date = (time: string): string => day.format(new Date(time));

/** How far a moment is from `now` (milliseconds since 1970): `5 minutes ago`, `in 3 days`. */
export function fromNow(time: string, now: number): string {
  const secs = (new Date(time).getTime() - now) / 1000;
  const size = Math.abs(secs);
  if (size < 45) return secs > 0 ? "in a moment" : "just now";
  if (size < 45 * 60) return relative.format(Math.round(secs / 60), "minute");
  if (size < 22 * 3600) return relative.format(Math.round(secs / 3600), "hour");
  return relative.format(Math.round(secs / 86_400), "day");
}
