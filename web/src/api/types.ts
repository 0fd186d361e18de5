/**
 * Names for what the league's API answers, taken from its OpenAPI document by route. Nothing else in the app
 * reads the generated file, so a renamed schema changes no page.
 */
import type { paths } from "./schema";

type Json<Answer> = Answer extends { content: { "application/json": infer Body } } ? Body : never;
type Get<Path extends keyof paths> = paths[Path] extends { get: { responses: { 200: infer Answer } } } ? Json<Answer> : never;

export type Season = Get<"/api/v1/season">;
export type Race = Get<"/api/v1/races/{race}">;
export type Ranking = Race["ranking"];
export type Leaderboard = Get<"/api/v1/races/{race}/leaderboard">;
/** One row of a leaderboard: the best run of a person or of a baseline. */
export type Entry = Leaderboard["entries"][number];
/** Where the car was at each control step of a run; columns of equal length, SI units. */
export type Telemetry = Get<"/api/v1/races/{race}/entries/{entry}/telemetry">;
export type Track = Get<"/api/v1/tracks/{name}">;
export type Station = Track["stations"][number];
export type Me = Get<"/api/v1/me">;
export type Token = Get<"/api/v1/me/tokens">["items"][number];
export type CreatedToken = Json<paths["/api/v1/me/tokens"]["post"]["responses"][201]>;
export type Submission = Get<"/api/v1/submissions/{id}">;
