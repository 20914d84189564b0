/**
 * Where the official client's requests go.
 *
 * The client hard-codes TLS and one host per purpose (`https://api.<base>`, `wss://socket-edge.<base>/ws`, …).
 * On plain http there are no such hosts, so every request to one of them is sent to the page's own origin with
 * the same path: the server routes by path whatever the host name is.
 *
 * Pure functions on strings: `new URL("https://api.127.0.0.1:8080")` throws, so nothing is parsed as a URL
 * before it is mapped.
 */

/** The client's host prefixes that the server answers by path. */
const SERVED = ['api', 'socket-edge', 'api-silos', 'da-collector'] as const;

/** Geo look-up for call statistics: answered in the page, no service of ours knows where people are. */
const LOCATION = ['location', 'location-legacy'] as const;

/**
 * The base name given to the client when the page maps requests itself. It is a reserved name (RFC 2606), so a
 * request that escaped the mapping could not reach anybody.
 */
export const MAPPED_BASE = 'sederunt.invalid';

/** What is done with a request: go on unchanged, go to another address, or be answered in the page. */
export type Route = { kind: 'pass' } | { kind: 'to'; url: string } | { kind: 'location' };

/** `https://meet.example.org:8443` as seen by the mapping. */
export interface Origin {
  /** `http:` or `https:` */
  protocol: string;
  /** host and port */
  host: string;
  /** path below which the server is, without a slash at its end; none when it is at the root */
  prefix?: string;
}

/** The path below which the server is, by the path of its meeting page. */
export function prefixOf(pagePath: string): string {
  return pagePath.replace(/\/meet\/?$/, '').replace(/\/+$/, '');
}

/** What to do with `url`, asked for by the client in a page served from `origin`, when requests are mapped. */
export function route(url: string, origin: Origin): Route {
  const parts = /^(https?|wss?):\/\/([^/?#]*)(.*)$/i.exec(url);
  if (!parts) return { kind: 'pass' };
  const [, scheme = '', host = '', rest = ''] = parts;
  const dot = host.indexOf('.');
  const prefix = host.slice(0, dot);
  const base = host.slice(dot + 1);
  if (base !== MAPPED_BASE && base !== origin.host) return { kind: 'pass' };
  if ((LOCATION as readonly string[]).includes(prefix)) return { kind: 'location' };
  if (!(SERVED as readonly string[]).includes(prefix)) return { kind: 'pass' };
  const secure = origin.protocol === 'https:';
  const own = /^ws/i.test(scheme) ? (secure ? 'wss' : 'ws') : secure ? 'https' : 'http';
  return { kind: 'to', url: `${own}://${origin.host}${origin.prefix ?? ''}${rest}` };
}

/** Is `url` one of the client's location look-ups below `base`? They are answered in the page in every mode. */
export function isLocation(url: string, base: string): boolean {
  return LOCATION.some((prefix) => url.startsWith(`https://${prefix}.${base}`));
}
