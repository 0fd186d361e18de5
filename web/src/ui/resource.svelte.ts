/** Something that the league is asked for when a component appears, and again on request. */
import { sentence } from "../api/problem";

export interface Resource<Value> {
  /** The newest answer; stays while a newer one is asked for. */
  readonly value: Value | undefined;
  /** Why the newest question failed. */
  readonly problem: string | undefined;
  reload(): Promise<void>;
}

/** Call while a component is set up. Asks again when state that `ask` reads before its first `await` changes. */
export function resource<Value>(ask: () => Promise<Value>): Resource<Value> {
  let value = $state.raw<Value>();
  let problem = $state<string>();
  let newest = 0;

  async function reload(): Promise<void> {
    newest += 1;
    const mine = newest;
    try {
      const answer = await ask();
      if (mine !== newest) return;
      value = answer;
      problem = undefined;
    } catch (thrown) {
      if (mine === newest) problem = sentence(thrown);
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
    reload,
  };
}
