/** What the reader's system prefers, as state. */
import { MediaQuery } from "svelte/reactivity";

export const dark = new MediaQuery("(prefers-color-scheme: dark)");
export const reducedMotion = new MediaQuery("(prefers-reduced-motion: reduce)");
