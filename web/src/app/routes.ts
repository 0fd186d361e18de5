/** The app's addresses: from address to page and back. */

export type Route =
  | { page: "season" }
  | { page: "race"; race: string }
  | { page: "replay"; race: string; entries: string[] }
  | { page: "submission"; id: string }
  | { page: "me" }
  | { page: "lost" };

/** Runs that the player shows at once. */
export const MAX_RUNS = 2;

function segmentsOf(path: string): string[] | undefined {
  try {
    return path.split("/").filter((part) => part !== "").map(decodeURIComponent);
  } catch {
    return undefined; // a stray `%`
  }
}

/** The page at an address; `query` as in `location.search`. */
export function routeOf(path: string, query: string): Route {
  const [first, id, last, ...rest] = segmentsOf(path) ?? ["%"];
  if (rest.length > 0) return { page: "lost" };
  if (first === undefined) return { page: "season" };
  if (first === "me" && id === undefined) return { page: "me" };
  if (first === "races" && id !== undefined && last === undefined) return { page: "race", race: id };
  if (first === "races" && id !== undefined && last === "replay") {
    const search = new URLSearchParams(query);
    const entries = [search.get("a"), search.get("b")].filter((entry) => entry !== null && entry !== "") as string[];
    return { page: "replay", race: id, entries: [...new Set(entries)].slice(0, MAX_RUNS) };
  }
  if (first === "submissions" && id !== undefined && last === "replay") return { page: "submission", id };
  return { page: "lost" };
}

export const raceHref = (race: string) => `/races/${encodeURIComponent(race)}`;

export const submissionHref = (id: string) => `/submissions/${encodeURIComponent(id)}/replay`;

/** The player with one run of a race or two. */
export function replayHref(race: string, entries: readonly string[]): string {
  const query = entries.map((entry, index) => `${"ab"[index]}=${encodeURIComponent(entry)}`);
  return `${raceHref(race)}/replay?${query.join("&")}`;
}
