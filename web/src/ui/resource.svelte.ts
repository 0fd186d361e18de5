/** Something that the league is asked for when a component appears, and again on request. */
import { Problem, sentence } from "../api/problem";

export interface Resource<Value> {
  /** The newest answer; stays while a newer one is asked for. */
  readonly value: Value | undefined;
  /** Why the newest question failed. */
  readonly problem: string | undefined;
  /** The newest question failed because there is no such thing: asking again is of no use. */
  readonly isMissing: boolean;
  reload(): Promise<void>;
}

/** Call while a component is set up. Asks again when state that `ask` reads before its first `await` changes. */
export function resource<Value>(ask: () => Promise<Value>): Resource<Value> {
  let value = $state.raw<Value>();
  let problem = $state<string>();
  let isMissing = $state(false);
  let newest = 0;

  async function reload(): Promise<void> {
    newest += 1;
    const mine = newest;
    try {
      const answer = await ask();
      if (mine !== newest) return;
      value = answer;
      problem = undefined;
      isMissing = false;
    } catch (thrown) {
      if (mine !== newest) return;
      problem = sentence(thrown);
      isMissing = thrown instanceof Problem && thrown.status === 404;
    }
  }

  $effect(() => {
    void reload();
    return () => (newest += 1);
  });

  return {
    get value() {
      return value;
    },
    get problem() {
      return problem;
    },
    get isMissing() {
      return isMissing;
    },
    reload,
  };
}
