/** What the server says about itself: `GET /meet/config.json`. */

/** How the official client finds this server. */
export interface Config {
  /** `host[:port]` below which the client's hosts (`api.`, `socket-edge.`, …) are. */
  baseURI: string;
  /** Whether the page must map these hosts to its own origin, see `shim.ts`. */
  shim: boolean;
}

/** What answered is not the server: a proxy passes the page, but not what belongs to it. */
export class Misplaced extends Error {}

/**
 * Reads the configuration, seen from the page, which is `…/meet`. Rejects when the server cannot be reached, with
 * `Misplaced` when something else answers.
 */
export async function readConfig(): Promise<Config> {
  const answer = await fetch('meet/config.json', { cache: 'no-store' });
  const place = new URL(answer.url).pathname;
  if (!answer.ok) throw new Misplaced(`${place}: status ${answer.status}`);
  const { baseURI, shim } = ((await answer.json().catch(() => ({}))) ?? {}) as Partial<Config>;
  if (typeof baseURI !== 'string' || typeof shim !== 'boolean') throw new Misplaced(`${place}: not a configuration`);
  return { baseURI, shim };
}
