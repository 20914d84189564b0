/**
 * "Needs a look": what it takes to be there. The rules are the numbers here and nothing else; the screen shows them behind "How
 * this is decided". Pure.
 */
import type { Known } from '../../feed/state.ts';

export const RULES = {
  /** Part of the people of a session whose connections were lost for good within five minutes. */
  lostShare: 0.1,
  /** Fewer lost connections than this are no sign of anything. */
  lostLeast: 2,
  /** A session that is LIVE for longer was perhaps forgotten. */
  longMs: 12 * 3_600_000,
  /** LIVE sessions with nobody in them that are named; of more it is said how many. */
  emptyNamed: 5,
  /** A webhook whose oldest change that it has not been told is older. */
  behindSeconds: 60,
  /** Part of a webhook's attempts of the last hour that failed. */
  failedShare: 0.1,
  /** Free part of the disk. */
  diskShare: 0.1,
  /** Days until the disk is full, as it grows now. */
  diskDays: 14,
  /** Days until the certificate is no longer good. */
  certificateDays: 14,
  /** Days since the ledger was verified. */
  verifiedDays: 30,
  /** People who were not let into a room in the last hour, by one cause: of an app, and of all of them. */
  refusedOfApp: 3,
  refusedLeast: 10,
} as const;

const DAY_MS = 86_400_000;

export interface Losses {
  readonly session_id: string;
  readonly title: string;
  readonly lost: number;
  readonly live_participants: number;
}

export interface Hook {
  readonly id: string;
  readonly name: string;
  readonly state: string;
  readonly behind?: { readonly seconds: number } | null;
  readonly last_hour: { readonly delivered: number; readonly failed: number };
}

/** People who were not let in, by cause. */
export interface Refused {
  readonly kind: string;
  readonly count: number;
}

/** What the server says of itself, to whoever has the right to it. */
export interface Server {
  readonly now: string;
  readonly started_at: string;
  readonly certificate_until?: string | null;
  readonly disk?: { readonly free_bytes: number; readonly total_bytes: number; readonly days_left?: number | null } | null;
  readonly ledger: { readonly behind: boolean; readonly trouble?: string | null };
  readonly index: { readonly set_aside: number };
  readonly refused: readonly Refused[];
  readonly verified?: { readonly at: string; readonly difference_count: number } | null;
}

/** Of the server itself: `kind` says which, `id` tells several of a kind apart. */
export type OfServer =
  | { readonly kind: 'disk_full'; readonly id: ''; readonly n: number; readonly of: number }
  | { readonly kind: 'disk_days' | 'set_aside' | 'certificate' | 'verified' | 'differs'; readonly id: ''; readonly n: number }
  | { readonly kind: 'behind' | 'never_verified'; readonly id: '' }
  | { readonly kind: 'trouble'; readonly id: ''; readonly why: string }
  | { readonly kind: 'refused'; readonly id: string; readonly n: number };

export type Finding =
  | OfServer
  | { readonly kind: 'lost'; readonly id: string; readonly title: string; readonly lost: number; readonly of: number }
  | { readonly kind: 'long'; readonly id: string; readonly title: string; readonly ms: number }
  /** `left` = until it ends; `undefined` when it should have: whoever is in its breakout rooms keeps it. */
  | { readonly kind: 'empty'; readonly id: string; readonly title: string; readonly ms: number; readonly left: number | undefined }
  | { readonly kind: 'more_empty'; readonly id: ''; readonly n: number }
  | { readonly kind: 'refused_of_app'; readonly id: string; readonly n: number }
  | { readonly kind: 'hook_down' | 'hook_failing' | 'hook_behind'; readonly id: string; readonly title: string; readonly n: number };

/** What is looked at. */
export interface Looked {
  readonly sessions: Iterable<Known>;
  readonly losses: readonly Losses[];
  readonly refused: readonly Refused[];
  readonly hooks: readonly Hook[];
  readonly now: number;
}

/** What needs a look, the worst first. */
export function look({ sessions, losses, refused, hooks, now }: Looked): Finding[] {
  const lost = losses
    .map(({ session_id: id, title, lost: gone, live_participants: live }) => ({ kind: 'lost' as const, id, title, lost: gone, of: live + gone }))
    .filter((one) => one.lost >= RULES.lostLeast && one.lost > one.of * RULES.lostShare);
  const kept = refused.filter(({ count }) => count >= RULES.refusedOfApp).map(({ kind, count }): Finding => ({ kind: 'refused_of_app', id: kind, n: count }));
  const live = [...sessions].filter(({ numbers }) => numbers.status === 'LIVE');
  const long = live
    .filter(({ numbers }) => numbers.live_participants > 0 && now - Date.parse(numbers.started_at) > RULES.longMs)
    .map(({ id, numbers }): Finding => ({ kind: 'long', id, title: numbers.title, ms: now - Date.parse(numbers.started_at) }));
  return [...lost, ...hooks.flatMap(lookAt), ...kept, ...lookAtEmpty(live, now), ...long];
}

/** LIVE sessions that everybody has left, the one that ends next first. Those whose people are in their breakout rooms are not empty. */
function lookAtEmpty(live: readonly Known[], now: number): Finding[] {
  const parents = new Set(live.map(({ numbers }) => numbers.breakout_of));
  const end = ({ numbers }: Known): number => Date.parse(numbers.ends_at ?? numbers.as_of);
  const empty = live
    .filter(({ id, numbers }) => numbers.live_participants === 0 && numbers.max_concurrent_participants > 0 && !parents.has(id))
    .sort((a, b) => end(a) - end(b) || (a.id < b.id ? -1 : 1));
  const named = empty.slice(0, RULES.emptyNamed).map((one): Finding => {
    const { id, numbers } = one;
    const left = end(one) - now;
    return { kind: 'empty', id, title: numbers.title, ms: Math.max(0, now - Date.parse(numbers.as_of)), left: left > 0 ? left : undefined };
  });
  const more = empty.length - named.length;
  return more > 0 ? [...named, { kind: 'more_empty', id: '', n: more }] : named;
}

function lookAt({ id, name: title, state, behind, last_hour: { delivered, failed } }: Hook): Finding[] {
  if (state === 'down' || state === 'given_up') return [{ kind: 'hook_down', id, title, n: 0 }];
  if (state === 'disabled') return [];
  if (failed > (delivered + failed) * RULES.failedShare) return [{ kind: 'hook_failing', id, title, n: failed }];
  const seconds = behind?.seconds ?? 0;
  return seconds > RULES.behindSeconds ? [{ kind: 'hook_behind', id, title, n: seconds }] : [];
}

/** The largest LIVE sessions. */
export function largest(sessions: Iterable<Known>, most: number): Known[] {
  const live = [...sessions].filter(({ numbers }) => numbers.status === 'LIVE');
  const order = ({ numbers: a, id: x }: Known, { numbers: b, id: y }: Known): number =>
    b.live_participants - a.live_participants || Date.parse(a.started_at) - Date.parse(b.started_at) || (x < y ? -1 : 1);
  return live.sort(order).slice(0, most);
}

/** What of the server needs a look, the worst first. What an app is told already, and is all of it, is not told twice. */
export function lookAtServer({ now: at, started_at, certificate_until, disk, ledger, index, refused, verified }: Server, ofApp: readonly Finding[] = []): OfServer[] {
  const now = Date.parse(at);
  const found: OfServer[] = [];
  if (ledger.trouble) found.push({ kind: 'trouble', id: '', why: ledger.trouble });
  else if (ledger.behind) found.push({ kind: 'behind', id: '' });
  if (disk && disk.free_bytes < disk.total_bytes * RULES.diskShare) found.push({ kind: 'disk_full', id: '', n: disk.free_bytes, of: disk.total_bytes });
  else if (disk?.days_left != null && disk.days_left < RULES.diskDays) found.push({ kind: 'disk_days', id: '', n: disk.days_left });
  if (verified && verified.difference_count > 0) found.push({ kind: 'differs', id: '', n: verified.difference_count });
  if (index.set_aside > 0) found.push({ kind: 'set_aside', id: '', n: index.set_aside });
  const left = certificate_until ? Math.floor((Date.parse(certificate_until) - now) / DAY_MS) : undefined;
  if (left !== undefined && left < RULES.certificateDays) found.push({ kind: 'certificate', id: '', n: Math.max(0, left) });
  const isTold = ({ kind: cause, count }: Refused): boolean => ofApp.some((one) => one.kind === 'refused_of_app' && one.id === cause && one.n >= count);
  for (const { kind, count } of refused.filter((one) => one.count >= RULES.refusedLeast && !isTold(one))) found.push({ kind: 'refused', id: kind, n: count });
  // A server that has just been set up has nothing to verify.
  const days = Math.floor((now - Date.parse(verified?.at ?? started_at)) / DAY_MS);
  if (days > RULES.verifiedDays) found.push(verified ? { kind: 'verified', id: '', n: days } : { kind: 'never_verified', id: '' });
  return found;
}
