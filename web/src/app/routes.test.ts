import { expect, test } from "vitest";
import { raceHref, replayHref, routeOf, submissionHref } from "./routes";

test.each([
  ["/", { page: "season" }],
  ["/me", { page: "me" }],
  ["/me/", { page: "me" }],
  ["/races/harbour-sprint", { page: "race", race: "harbour-sprint" }],
  ["/submissions/s1/replay", { page: "submission", id: "s1" }],
  ["/races", { page: "lost" }],
  ["/races/a/b", { page: "lost" }],
  ["/races/a/replay/c", { page: "lost" }],
  ["/me/x", { page: "lost" }],
  ["/%", { page: "lost" }],
])("%s", (path, route) => {
  expect(routeOf(path, "")).toEqual(route);
});

test("a replay's address holds its runs", () => {
  expect(routeOf("/races/r/replay", "?a=1&b=2")).toEqual({ page: "replay", race: "r", entries: ["1", "2"] });
  expect(routeOf("/races/r/replay", "?b=2")).toEqual({ page: "replay", race: "r", entries: ["2"] });
  expect(routeOf("/races/r/replay", "?a=1&b=1")).toEqual({ page: "replay", race: "r", entries: ["1"] });
  expect(routeOf("/races/r/replay", "")).toEqual({ page: "replay", race: "r", entries: [] });
});

test("addresses are read as they are written, whatever an id holds", () => {
  const odd = "a/b ?&%";
  expect(routeOf(raceHref(odd), "")).toEqual({ page: "race", race: odd });
  expect(routeOf(submissionHref(odd), "")).toEqual({ page: "submission", id: odd });
  const { pathname, search } = new URL(replayHref(odd, [odd, "2"]), "http://league");
  expect(routeOf(pathname, search)).toEqual({ page: "replay", race: odd, entries: [odd, "2"] });
});
