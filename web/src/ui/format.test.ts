import { describe, expect, test } from "vitest";
import { NONE, clock, counted, duration, fromNow, gap, ordinal, roughDuration, seconds } from "./format";

test.each([
  [9.4821, "9.482"],
  [0.05, "0.050"],
  [69.482, "1:09.482"],
  [59.9996, "1:00.000"], // rounds up into the next minute
  [180, "3:00.000"],
  [null, NONE],
  [undefined, NONE],
  [Number.NaN, NONE],
])("duration of %s is %s", (secs, text) => {
  expect(duration(secs)).toBe(text);
});

test.each([
  [0.2141, "+0.214"],
  [-0.02, "−0.020"],
  [62, "+1:02.000"],
  [0, "0.000"],
  [-0.0004, "0.000"], // no `−0.000`
  [null, NONE],
])("gap of %s is %s", (secs, text) => {
  expect(gap(secs)).toBe(text);
});

test.each([
  [0, "0:00.0"],
  [9.48, "0:09.4"],
  [59.96, "0:59.9"], // a clock does not run ahead
  [60, "1:00.0"],
  [0.3, "0:00.3"], // 0.3 * 10 is 2.9999999999999996
])("clock at %s is %s", (secs, text) => {
  expect(clock(secs)).toBe(text);
});

test.each([
  [9.4821, "9.48"],
  [69.5, "1:09.50"],
  [59.999, "1:00.00"],
])("rough duration of %s is %s", (secs, text) => {
  expect(roughDuration(secs)).toBe(text);
});

test("ranks and counts", () => {
  expect([1, 2, 3, 4, 11, 12, 22].map(ordinal)).toEqual(["1st", "2nd", "3rd", "4th", "11th", "12th", "22nd"]);
  expect([counted(0, "lap"), counted(1, "lap"), counted(2, "entry", "entries")]).toEqual(["0 laps", "1 lap", "2 entries"]);
  expect([seconds(2), seconds(2.5)]).toEqual(["2 s", "2.5 s"]);
});

describe("fromNow", () => {
  const now = Date.parse("2026-03-01T12:00:00Z");
  // Languages shorten units in their own ways: `min`, `min.`.
  test.each([
    ["2026-03-01T11:59:50Z", /^just now$/],
    ["2026-03-01T11:55:00Z", /^5 min.* ago$/],
    ["2026-03-01T15:00:00Z", /^in 3 h/],
    ["2026-02-28T12:00:00Z", /^yesterday$/],
    ["2026-03-11T12:00:00Z", /^in 10 days$/],
  ])("%s is %s", (time, text) => {
    expect(fromNow(time, now)).toMatch(text);
  });
});
