/** What became of a submission, in plain words. */
import type { Race, Submission } from "../api/types";
import { counted, duration, ordinal } from "../ui/format";

export function outcome(submission: Submission, race: Race | undefined): string {
  const { status, position, rank, result, score_secs, detail } = submission;
  if (status === "queued") return position == null || position <= 1 ? "Next in the queue" : `${ordinal(position)} in the queue`;
  if (status === "running") return "Racing now";
  if (status !== "finished") return detail ?? "The race could not be run. Submit the policy again.";
  if (rank != null) return `${ordinal(rank)} with ${duration(score_secs)} s`;
  if (score_secs != null) return `${duration(score_secs)} s, not your best`;
  const laps = counted(result?.completed_laps ?? 0, "lap");
  return detail ?? (race === undefined ? `${laps} completed, no score` : `${laps} of ${race.rules.laps} completed, so there is no score`);
}

/** Whether more is to come, so that it is worth asking again. */
export const isPending = ({ status }: Submission): boolean => status === "queued" || status === "running";
