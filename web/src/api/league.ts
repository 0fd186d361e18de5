/** Every call that the app makes to the league, one function a route. Failures are thrown as `Problem`. */
import createClient from "openapi-fetch";
import { problemFrom, unreachable } from "./problem";
import type { paths } from "./schema";
import type { CreatedToken, Entry, Leaderboard, Me, Race, Season, Submission, Telemetry, Token, Track } from "./types";

const client = createClient<paths>();

/** Most rows that the app asks for at once. */
const PAGE_ROWS = 100;

async function ask<Body>(call: Promise<{ data?: Body; error?: unknown; response: Response }>): Promise<Body> {
  const { data, error, response } = await call.catch(() => {
    throw unreachable();
  });
  if (!response.ok) throw problemFrom(response.status, error);
  return data as Body;
}

export const season = (): Promise<Season> => ask(client.GET("/api/v1/season"));

export const race = (id: string): Promise<Race> => ask(client.GET("/api/v1/races/{race}", { params: { path: { race: id } } }));

function boardPage(id: string, limit: number, cursor?: string): Promise<Leaderboard> {
  return ask(client.GET("/api/v1/races/{race}/leaderboard", { params: { path: { race: id }, query: { limit, cursor } } }));
}

/** The first `rows` of a leaderboard, and whether there are more. */
export async function leaderboard(id: string, rows: number): Promise<{ entries: Entry[]; more: boolean }> {
  const entries: Entry[] = [];
  let cursor: string | undefined;
  do {
    const page = await boardPage(id, Math.min(rows - entries.length, PAGE_ROWS), cursor);
    entries.push(...page.entries);
    cursor = page.next ?? undefined;
  } while (cursor !== undefined && entries.length < rows);
  return { entries, more: cursor !== undefined };
}

const tracks = new Map<string, Promise<Track>>();

/** A track's geometry. Tracks never change while a page is open, so each is asked for once. */
export function track(name: string): Promise<Track> {
  let known = tracks.get(name);
  if (known === undefined) {
    known = ask(client.GET("/api/v1/tracks/{name}", { params: { path: { name } } }));
    known.catch(() => tracks.delete(name));
    tracks.set(name, known);
  }
  return known;
}

export const entryTelemetry = (race: string, entry: string): Promise<Telemetry> =>
  ask(client.GET("/api/v1/races/{race}/entries/{entry}/telemetry", { params: { path: { race, entry } } }));

export const signIn = (handle: string, password: string): Promise<Me> => ask(client.POST("/api/v1/session", { body: { handle, password } }));

export const signOut = (): Promise<unknown> => ask(client.DELETE("/api/v1/session"));

export const me = (): Promise<Me> => ask(client.GET("/api/v1/me"));

export const changePassword = (current: string | undefined, next: string): Promise<unknown> =>
  ask(client.PUT("/api/v1/me/password", { body: { current_password: current, new_password: next } }));

export const tokens = async (): Promise<Token[]> =>
  (await ask(client.GET("/api/v1/me/tokens", { params: { query: { limit: PAGE_ROWS } } }))).items;

export const createToken = (name: string): Promise<CreatedToken> => ask(client.POST("/api/v1/me/tokens", { body: { name } }));

export const revokeToken = (id: string): Promise<unknown> => ask(client.DELETE("/api/v1/me/tokens/{id}", { params: { path: { id } } }));

/** The newest submissions of the person who is signed in. */
export const submissions = async (): Promise<Submission[]> =>
  (await ask(client.GET("/api/v1/submissions", { params: { query: { limit: PAGE_ROWS } } }))).items;

export const submission = (id: string): Promise<Submission> => ask(client.GET("/api/v1/submissions/{id}", { params: { path: { id } } }));

export const submissionTelemetry = (id: string): Promise<Telemetry> =>
  ask(client.GET("/api/v1/submissions/{id}/telemetry", { params: { path: { id } } }));

/** Address of a submission's replay file, for downloading it and running `paddock verify` on it. */
export const submissionReplayHref = (id: string): string => `/api/v1/submissions/${encodeURIComponent(id)}/replay`;

/** Address of the replay file behind a row of a leaderboard. */
export const entryReplayHref = (race: string, entry: string): string =>
  `/api/v1/races/${encodeURIComponent(race)}/entries/${encodeURIComponent(entry)}/replay`;
