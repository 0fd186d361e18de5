/** The address that is shown, as state that pages react to. */
import { type Route, routeOf } from "./routes";

let address = $state.raw({ path: location.pathname, query: location.search });
const route = $derived(routeOf(address.path, address.query));

const read = () => (address = { path: location.pathname, query: location.search });

addEventListener("popstate", read);

export const here = {
  get route(): Route {
    return route;
  },
  /** Tells pages apart: a new key is a new page. */
  get key(): string {
    return address.path + address.query;
  },
};

/** Goes to an address of the app without loading it anew. */
export function go(href: string): void {
  history.pushState(null, "", href);
  scrollTo(0, 0);
  read();
}

/** Makes links to the app's own pages go there without loading; everything else stays the browser's. */
export function followLink(event: MouseEvent): void {
  const isPlainClick = event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;
  const link = event.target instanceof Element ? event.target.closest("a") : null;
  if (!isPlainClick || event.defaultPrevented || link === null) return;
  const isOurs = link.origin === location.origin && !link.pathname.startsWith("/api/") && link.hash === "";
  if (!isOurs || link.target !== "" || link.hasAttribute("download")) return;
  event.preventDefault();
  go(link.pathname + link.search);
}
