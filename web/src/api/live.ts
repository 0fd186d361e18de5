/**
 * Live news from the league: one server-sent event stream a tab, shared by whoever listens, open only while
 * somebody does and the tab is visible (browsers allow six connections to an HTTP/1.1 host, over all tabs).
 */

/** Called with the id of a race whose leaderboard changed, or without one when any may have changed. */
export type Listener = (race?: string) => void;

const listeners = new Set<Listener>();
let stream: EventSource | undefined;

/** The race of a `leaderboard` event's data, or undefined where it names none. */
export function raceOf(data: unknown): string | undefined {
  try {
    const race: unknown = JSON.parse(String(data))?.race;
    return typeof race === "string" ? race : undefined;
  } catch {
    return undefined;
  }
}

const tell = (race?: string) => listeners.forEach((listener) => listener(race));

function connect(): void {
  const wanted = listeners.size > 0 && document.visibilityState === "visible";
  if (!wanted) {
    stream?.close();
    stream = undefined;
  } else if (stream === undefined) {
    stream = new EventSource("/api/v1/events");
    stream.addEventListener("leaderboard", (event) => tell(raceOf(event.data)));
  }
}

function onVisibility(): void {
  connect();
  // What was missed while the tab was hidden.
  if (document.visibilityState === "visible") tell();
}

/** Listens until the returned function is called. */
export function onLeaderboard(listener: Listener): () => void {
  if (listeners.size === 0) document.addEventListener("visibilitychange", onVisibility);
  listeners.add(listener);
  connect();
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) document.removeEventListener("visibilitychange", onVisibility);
    connect();
  };
}
