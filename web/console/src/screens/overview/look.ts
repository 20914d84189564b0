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
  /** A LIVE session in which nothing has happened and nobody is for longer than this. */
  emptyMs: 10 * 60_000,
  /** A webhook whose oldest change that it has not been told is older. */
  behindSeconds: 60,
  /** Part of a webhook's attempts of the last hour that failed. */
  failedShare: 0.1,
} as const;

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

export type Finding =
  | { readonly kind: 'lost'; readonly id: string; readonly title: string; readonly lost: number; readonly of: number }
  | { readonly kind: 'long' | 'empty'; readonly id: string; readonly title: string; readonly ms: number }
  | { readonly kind: 'hook_down' | 'hook_failing' | 'hook_behind'; readonly id: string; readonly title: string; readonly n: number };

/** What needs a look, the worst first. */
export function look(sessions: Iterable<Known>, losses: readonly Losses[], hooks: readonly Hook[], now: number): Finding[] {
  const lost = losses
    .map(({ session_id: id, title, lost: gone, live_participants: live }) => ({ kind: 'lost' as const, id, title, lost: gone, of: live + gone }))
    .filter((one) => one.lost >= RULES.lostLeast && one.lost > one.of * RULES.lostShare);
  const long: Finding[] = [];
  const empty: Finding[] = [];
  for (const { id, numbers } of sessions) {
    if (numbers.status !== 'LIVE') continue;
    const [age, still] = [now - Date.parse(numbers.started_at), now - Date.parse(numbers.as_of)];
    if (numbers.live_participants === 0 && still > RULES.emptyMs) empty.push({ kind: 'empty', id, title: numbers.title, ms: still });
    else if (age > RULES.longMs) long.push({ kind: 'long', id, title: numbers.title, ms: age });
  }
  return [...lost, ...hooks.flatMap(lookAt), ...empty, ...long];
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
