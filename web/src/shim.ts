/**
 * The shim between the official client and the browser's network functions. It must run before the client.
 *
 * `@cloudflare/realtimekit` 2.0.2 reaches the network in two ways only, `fetch` and `WebSocket`
 * (no XMLHttpRequest, no sendBeacon), so these two are wrapped.
 *
 * - On plain http (`mapped`): the client's hosts are mapped to the page's own origin, see `hosts.ts`.
 * - Over TLS with real host names: addresses are left alone.
 * - Always: the geo look-up of the call statistics is answered here with "nowhere", and a socket that the server
 *   has closed for good is reported, since the client itself then says "disconnected" and nothing more.
 */
import { isLocation, prefixOf, route, type Origin } from './hosts.ts';

/** How the page talks to its server. */
export interface Shim {
  /** Map the client's hosts to the page's own origin. */
  mapped: boolean;
  /** Base name of the hosts when they are not mapped. */
  base: string;
  /** Called when the server closes a socket with code 1000, which the client takes as final. */
  onFinalClose?: (reason: string) => void;
  /** Called when no socket could be opened again and again, and none ever was: something in between does not pass them. */
  onNoSocket?: () => void;
}

/** Attempts of the client, which it makes by itself with pauses in between. */
const ATTEMPTS = 3;

/** The form of the location service's answer, with nothing in it. */
const NOWHERE = { ip: '0.0.0.0', city: '', region: '', country: '', loc: '0.0000,0.0000', org: '', postal: '', timezone: '' };

/** Wraps `fetch` and `WebSocket` of this page. */
export function installShim(shim: Shim, page: Location = location): void {
  const origin = { protocol: page.protocol, host: page.host, prefix: prefixOf(page.pathname) };
  wrapFetch(shim, origin);
  wrapWebSocket(shim, origin);
}

function wrapFetch(shim: Shim, origin: Origin): void {
  const original = window.fetch.bind(window);
  window.fetch = (input, init) => {
    const url = input instanceof Request ? input.url : String(input);
    if (isLocation(url, shim.base)) return Promise.resolve(Response.json(NOWHERE));
    if (!shim.mapped) return original(input, init);
    const to = route(url, origin);
    if (to.kind === 'location') return Promise.resolve(Response.json(NOWHERE));
    if (to.kind === 'pass') return original(input, init);
    return original(input instanceof Request ? new Request(to.url, input) : to.url, init);
  };
}

function wrapWebSocket(shim: Shim, origin: Origin): void {
  const Original = window.WebSocket;
  let failures: number | undefined = 0;
  window.WebSocket = class extends Original {
    #closedHere = false;

    constructor(url: string | URL, protocols?: string | string[]) {
      const to = shim.mapped ? route(String(url), origin) : undefined;
      super(to?.kind === 'to' ? to.url : url, protocols);
      this.addEventListener('open', () => (failures = undefined));
      this.addEventListener('close', (event) => {
        if (failures !== undefined && ++failures === ATTEMPTS) shim.onNoSocket?.();
        if (event.code === 1000 && !this.#closedHere) shim.onFinalClose?.(event.reason);
      });
    }

    override close(code?: number, reason?: string): void {
      this.#closedHere = true;
      super.close(code, reason);
    }
  };
}
