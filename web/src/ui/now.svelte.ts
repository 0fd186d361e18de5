/** The present, coarse enough for "5 minutes ago". */
const STEP_MILLIS = 20_000;

let millis = $state(Date.now());
setInterval(() => (millis = Date.now()), STEP_MILLIS);

export const now = {
  /** Milliseconds since 1970. */
  get millis() {
    return millis;
  },
};
