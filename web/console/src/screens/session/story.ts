/** What happened to somebody, step by step and in words. Pure. */
import { spoken } from '../../time/format.ts';
import { words } from '../../words/session.ts';
import type { Lane, Person, Stay } from './model.ts';

export type Sign = 'in' | 'lost' | 'out' | 'removed' | 'cut';

export interface Step {
  readonly at: number;
  /** The fact that says so. */
  readonly seq: number;
  readonly sign: Sign;
  readonly title: string;
  readonly more: string;
  /** Milliseconds of the stay that ends here. */
  readonly stay?: number;
}

const SIGNS: Record<string, Sign> = {
  left: 'out',
  moved: 'out',
  connection_lost: 'lost',
  kicked: 'removed',
  blocked: 'removed',
  participant_deleted: 'removed',
  host_ended: 'cut',
  room_terminated: 'cut',
  server_stopped: 'cut',
  node_lost: 'cut',
  imported: 'out',
};

/** The steps of a person, in order. */
export function story({ person, stays }: Lane, graceMs: number): Step[] {
  const grace = spoken(graceMs);
  return stays.flatMap((stay, nth) => [joined(person, stay, stays[nth - 1]), ...losses(stay, grace), ...left(stay, grace)]);
}

function joined(person: Person, stay: Stay, before: Stay | undefined): Step {
  const gap = before?.left_at === undefined ? undefined : stay.joined_at - before.left_at;
  return {
    at: stay.joined_at,
    seq: stay.joined_seq,
    sign: 'in',
    title: before ? words.joinedAgain : words.joined,
    more: gap === undefined ? (before ? words.besideAnother : (person.preset_name ?? '')) : gap < 0 ? words.besideAnother : words.newStay(spoken(gap)),
  };
}

function losses(stay: Stay, grace: string): Step[] {
  const steps: Step[] = [];
  for (const away of stay.away) {
    // The one that nobody came back from is told with the end of the stay, of which it is the instant.
    const isLast = away.to === undefined && stay.left_at !== undefined;
    if (isLast) continue;
    steps.push({ at: away.from, seq: away.seq, sign: 'lost', title: words.lost, more: away.to === undefined ? words.waiting(grace) : words.lostMore });
    if (away.to !== undefined) {
      const title = words.back(spoken(away.to - away.from));
      steps.push({ at: away.to, seq: away.back_seq ?? away.seq, sign: 'in', title, more: words.backMore(grace) });
    }
  }
  return steps;
}

function left(stay: Stay, grace: string): Step[] {
  const { left_at: at, left_seq: seq, reason = 'left', joined_at } = stay;
  if (at === undefined || seq === undefined) return [];
  const { title, more } = words.reasons[reason] ?? { title: reason, more: '' };
  const text = reason === 'connection_lost' ? words.notBack(grace) : more;
  return [{ at, seq, sign: SIGNS[reason] ?? 'out', title, more: text, stay: at - joined_at }];
}

/** The whole as text, for a ticket. */
export function asText(name: string, sentence: string, steps: readonly Step[], time: (at: number) => string): string {
  const lines = steps.map(({ at, seq, title, more }) => `${time(at)}  ${title}${more ? `: ${more}` : ''}  (${words.factOf(seq)})`);
  return [name, sentence, '', ...lines].join('\n');
}
