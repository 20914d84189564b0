/** What the server says about itself: `GET /meet/config.json`. */

/** How the official client finds this server. */
export interface Config {
  /** `host[:port]` below which the client's hosts (`api.`, `socket-edge.`, …) are. */
  baseURI: string;
  /** Whether the page must map these hosts to its own origin, see `shim.ts`. */
  shim: boolean;
}

/** Reads the configuration. Rejects when the server cannot be reached or does not answer with one. */
export async function readConfig(): Promise<Config> {
  const answer = await fetch('/meet/config.json', { cache: 'no-store' });
  if (!answer.ok) throw new Error(`config.json: status ${answer.status}`);
  const { baseURI, shim } = (await answer.json()) as Partial<Config>;
  if (typeof baseURI !== 'string' || typeof shim !== 'boolean') throw new Error('config.json: not a configuration');
  return { baseURI, shim };
}
