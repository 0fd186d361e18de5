import { expect, test } from "vitest";
import type { Race, Submission } from "../api/types";
import { isPending, outcome } from "./words";

const submission = (more: Partial<Submission>): Submission => ({
  id: "s",
  race: "r",
  handle: "amy",
  status: "finished",
  policy_sha256: "",
  submitted_at: "2026-03-01T12:00:00Z",
  finished_at: null,
  position: null,
  rank: null,
  score_secs: null,
  result: null,
  detail: null,
  ...more,
});
const race = { rules: { laps: 3 } } as Race;
const words = (more: Partial<Submission>) => outcome(submission(more), race);

test.each([
  [{ status: "queued", position: 3 }, "3rd in the queue"],
  [{ status: "queued", position: 1 }, "Next in the queue"],
  [{ status: "queued" }, "Next in the queue"],
  [{ status: "running" }, "Racing now"],
  [{ rank: 2, score_secs: 9.4821 }, "2nd with 9.482 s"],
  [{ score_secs: 12 }, "12.000 s, not your best"],
  [{ result: { completed_laps: 1 } }, "1 lap of 3 completed, so there is no score"],
  [{ status: "failed", detail: "Not finite at step 214." }, "Not finite at step 214."],
  [{ status: "failed" }, "The race could not be run. Submit the policy again."],
] as [Partial<Submission>, string][])("%j", (more, text) => {
  expect(words(more)).toBe(text);
});

test("a status of a later version is no crash", () => {
  expect(words({ status: "refused" as never, detail: "Too large." })).toBe("Too large.");
});

test("only what waits or runs is asked for again", () => {
  expect([isPending(submission({ status: "queued" })), isPending(submission({ status: "running" })), isPending(submission({}))]).toEqual([true, true, false]);
});
