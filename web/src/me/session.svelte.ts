/** Who is signed in. The cookie itself is the browser's and the league's business; no script can read it. */
import * as league from "../api/league";
import { Problem } from "../api/problem";
import type { Me } from "../api/types";

/**
 * Browsers log every refused request as an error, so the league is only asked who somebody is where they
 * have signed in before.
 */
const HINT = "paddock.signed-in";

function hint(): boolean {
  try {
    return localStorage.getItem(HINT) !== null;
  } catch {
    return false; // storage switched off: signing in holds for this page only
  }
}

function setHint(isSignedIn: boolean): void {
  try {
    if (isSignedIn) localStorage.setItem(HINT, "1");
    else localStorage.removeItem(HINT);
  } catch {
    // As above.
  }
}

let me = $state.raw<Me>();
let isKnown = $state(!hint());

async function recall(): Promise<void> {
  try {
    me = await league.me();
  } catch (thrown) {
    if (thrown instanceof Problem && thrown.status === 401) setHint(false);
  }
  isKnown = true;
}

if (hint()) void recall();

export const session = {
  get me() {
    return me;
  },
  /** False while the league is still asked. */
  get isKnown() {
    return isKnown;
  },
  async signIn(handle: string, password: string): Promise<void> {
    me = await league.signIn(handle, password);
    setHint(true);
  },
  async signOut(): Promise<void> {
    await league.signOut();
    session.forget();
  },
  /** Forgets who was signed in, after the league said that nobody is. */
  forget(): void {
    me = undefined;
    setHint(false);
  },
};
