/** An answer of the league that is not a success, in the words that the league gave. */
export class Problem extends Error {
  constructor(
    /** HTTP status; 0 where no answer came. */
    readonly status: number,
    /** Stable name of the problem, such as `race_closed`. */
    readonly code: string,
    /** One sentence for a person. */
    detail: string,
  ) {
    super(detail);
  }
}

export const unreachable = () =>
  new Problem(0, "unreachable", "The league did not answer. Check that it runs and that you are connected, then try again.");

/** Reads a problem+json body (RFC 9457); whatever else stands there becomes a sentence with the status. */
export function problemFrom(status: number, body: unknown): Problem {
  const field = (name: string) => {
    const value = typeof body === "object" && body !== null ? (body as Record<string, unknown>)[name] : undefined;
    return typeof value === "string" && value !== "" ? value : undefined;
  };
  const detail = field("detail") ?? field("title") ?? `The league answered with status ${status}. Try again in a moment.`;
  return new Problem(status, field("code") ?? `http_${status}`, detail);
}

/** What to show for anything thrown. */
export function sentence(thrown: unknown): string {
  return thrown instanceof Error && thrown.message !== "" ? thrown.message : "Something went wrong. Reload the page to try again.";
}
