import { expect, test } from "vitest";
import { raceOf } from "./live";

test("an event names its race", () => {
  expect(raceOf('{"race":"harbour-sprint"}')).toBe("harbour-sprint");
});

test.each([["not json"], ["null"], ['{"race":7}'], [""]])("data %j names none, so everything is asked for again", (data) => {
  expect(raceOf(data)).toBeUndefined();
});
