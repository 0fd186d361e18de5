import { expect, test } from "vitest";
import { problemFrom, sentence } from "./problem";

test("a problem speaks with its detail", () => {
  const problem = problemFrom(409, { title: "Conflict", detail: "This race closed on Friday.", code: "race_closed" });
  expect([problem.status, problem.code, sentence(problem)]).toEqual([409, "race_closed", "This race closed on Friday."]);
});

test("without a detail its title stands in", () => {
  expect(problemFrom(404, { title: "Not found", detail: "" }).message).toBe("Not found");
});

test.each([["<html>bad gateway</html>"], [null], [{ detail: 7 }], [undefined]])("a body that is no problem (%j) still gives a sentence", (body) => {
  const problem = problemFrom(502, body);
  expect(problem.message).toContain("502");
  expect(problem.code).toBe("http_502");
});

test("anything thrown has a sentence", () => {
  expect(sentence("text")).toMatch(/Reload/);
  expect(sentence(new Error("No positions."))).toBe("No positions.");
});
