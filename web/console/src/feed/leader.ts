/**
 * One feed for all tabs. A browser opens six connections to a server that speaks HTTP/1.1, so the seventh tab with a feed of its
 * own would never open. Whoever holds the lock has the feed and tells the others; when its tab closes, the next one goes on
 * after the last change that it has.
 */
import { serverNow } from '../session.ts';
import { type Change, type Part, type State, begin, fold } from './state.ts';

/** `since` is an instant of the server's clock. */
export type Health = { readonly at: 'opening' } | { readonly at: 'live' } | { readonly at: 'lost'; readonly since: number };

/** What a feed is told. */
export interface Hears {
  state(state: State, changed: readonly Change[]): void;
  health(health: Health): void;
  /** The server refuses: it is to be seen whether anybody is signed in. */
  refused(): void;
}

type Word =
  | { readonly say: 'hello' }
  | { readonly say: 'map'; readonly state: State }
  | { readonly say: 'changes'; readonly changes: readonly Change[] }
  | { readonly say: 'anew'; readonly state: State }
  | { readonly say: 'health'; readonly health: Health };

const CHANGES = [
  'session.started',
  'session.retitled',
  'session.keep_alive_changed',
  'session.ended',
  'peer.joined',
  'peer.away',
  'peer.back',
  'peer.left',
];
/** Until a feed that the server refused is asked for again. */
const AGAIN_MS = 3_000;

/** Follows an app until `stop` is called. */
export function follow(app: string, hears: Hears): { stop: () => void } {
  const over = new AbortController();
  const channel = new BroadcastChannel(`sederunt-feed:${app}`);
  let state: State | undefined;
  let leads = false;
  let now: Health = { at: 'opening' };

  const take = (changes: readonly Change[]): void => {
    if (!state) return;
    const next = fold(state, changes);
    if (next === state) return;
    state = next;
    hears.state(state, changes);
  };
  const anew = (from: State): void => {
    state = from;
    hears.state(from, []);
  };
  const say = (word: Word): void => channel.postMessage(word);

  channel.onmessage = ({ data }: MessageEvent<Word>) => {
    switch (data.say) {
      case 'hello':
        if (!leads) return;
        if (state) say({ say: 'map', state });
        say({ say: 'health', health: now });
        return;
      case 'map':
        if (!leads && !state) anew(data.state);
        return;
      case 'anew':
        if (!leads) anew(data.state);
        return;
      case 'changes':
        if (!leads) take(data.changes);
        return;
      case 'health':
        if (!leads) hears.health(data.health);
    }
  };
  say({ say: 'hello' });

  const told = (health: Health): void => {
    now = health;
    hears.health(health);
    say({ say: 'health', health });
  };
  const lead = (): Promise<void> =>
    new Promise((done) => {
      leads = true;
      const feed = source(app, () => state?.seq, {
        anew: (from) => {
          anew(from);
          say({ say: 'anew', state: from });
        },
        changes: (changes) => {
          take(changes);
          say({ say: 'changes', changes });
        },
        health: told,
        refused: () => hears.refused(),
      });
      over.signal.addEventListener('abort', () => {
        feed.close();
        done();
      });
    });
  const { signal } = over;
  navigator.locks.request(`sederunt-feed:${app}`, { signal }, lead).catch(() => undefined);
  return {
    stop: () => {
      over.abort();
      channel.close();
    },
  };
}

interface Source {
  anew(state: State): void;
  changes(changes: readonly Change[]): void;
  health(health: Health): void;
  refused(): void;
}

/** The stream itself. It goes on after `last`, or begins with a snapshot. */
function source(app: string, last: () => number | undefined, to: Source): { close: () => void } {
  let stream: EventSource;
  let timer = 0;
  let again = 0;
  let parts: Part[] = [];
  let waiting: Change[] = [];
  let lostSince = 0;

  const flush = (): void => {
    clearTimeout(timer);
    timer = 0;
    if (waiting.length) to.changes(waiting.splice(0));
  };
  const open = (fresh: boolean): void => {
    const seq = fresh ? undefined : last();
    const query = seq === undefined ? 'snapshot=true' : `last_event_id=${seq}`;
    parts = [];
    stream = new EventSource(`/sederunt/v1/apps/${encodeURIComponent(app)}/feed?${query}`);
    stream.onopen = () => {
      lostSince = 0;
      to.health({ at: 'live' });
    };
    stream.onerror = () => {
      lostSince ||= serverNow();
      to.health({ at: 'lost', since: lostSince });
      // While it is not closed, the browser comes back by itself, with the last id.
      if (stream.readyState !== EventSource.CLOSED) return;
      to.refused();
      clearTimeout(timer);
      flush();
      // A place that the ledger has not reached is refused, too: begin anew then.
      again = window.setTimeout(() => open(seq !== undefined), AGAIN_MS);
    };
    stream.addEventListener('snapshot', ({ data }: MessageEvent<string>) => {
      parts.push(JSON.parse(data) as Part);
      const state = begin(parts);
      if (!state) return;
      parts = [];
      to.anew(state);
    });
    for (const type of CHANGES) {
      stream.addEventListener(type, ({ data }: MessageEvent<string>) => {
        waiting.push(JSON.parse(data) as Change);
        // Many changes are one message to the other tabs. A hidden tab has its timers held back, up to a minute; it tells at once.
        if (document.visibilityState === 'hidden') flush();
        else timer ||= window.setTimeout(flush, TOGETHER_MS);
      });
    }
    stream.addEventListener('cut', ({ data }: MessageEvent<string>) => {
      const { reason } = JSON.parse(data) as { reason: string };
      if (reason === 'token_revoked') to.refused();
      if (reason !== 'slow_reader') return;
      stream.close();
      open(true);
    });
  };
  to.health({ at: 'opening' });
  open(false);
  return {
    close: () => {
      clearTimeout(timer);
      clearTimeout(again);
      stream.close();
    },
  };
}

/** Changes that come within this time are told together. */
const TOGETHER_MS = 100;
