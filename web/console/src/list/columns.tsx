/** The columns of the session list. */
import type { ComponentChildren } from 'preact';
import { type Numbers, minutesAt } from '../feed/state.ts';
import { dateTime, length, minutes, number } from '../time/format.ts';
import { words } from '../words/sessions.ts';
import type { components } from '../api/realtimekit.d.ts';
import { RowMenu } from './row-menu.tsx';

export type Session = components['schemas']['Session'];

/** What a row shows: the list's own numbers, or newer ones of the feed. */
export interface Shown {
  readonly session: Session;
  readonly newer: Numbers | undefined;
  readonly zone: string;
  readonly now: number;
  /** In a plain table each row's link is reached by the keyboard; the endless one has its own way. */
  readonly isPlain?: boolean;
}

export interface Column {
  readonly name: string;
  readonly head: string;
  /** Of the grid. */
  readonly width: string;
  readonly isNumber?: true;
  /** Instants name the zone in the head. */
  readonly isTime?: true;
  readonly sort?: 'createdAt' | 'minutesConsumed';
  /** What the export calls it. */
  readonly csv: readonly string[];
  readonly cell: (shown: Shown) => ComponentChildren;
}

export function isLive({ session, newer }: Shown): boolean {
  return (newer?.status ?? session.status) === 'LIVE';
}

function ended({ session, newer }: Shown): number | undefined {
  const at = newer?.ended_at ?? session.ended_at;
  return at ? Date.parse(at) : undefined;
}

export function minutesOf(shown: Shown): number {
  return shown.newer ? minutesAt(shown.newer, shown.now) : shown.session.minutes_consumed;
}

/** Whether everybody has left it, and it is only kept for whoever comes back. */
function isEmptied({ status, live_participants: live, max_concurrent_participants: peak, ends_at }: Numbers, now: number): boolean {
  return status === 'LIVE' && live === 0 && peak > 0 && ends_at !== undefined && Date.parse(ends_at) > now;
}

function people(shown: Shown) {
  const { session, newer } = shown;
  const peak = newer?.max_concurrent_participants ?? session.max_concurrent_participants;
  if (!isLive(shown)) return <span class="soft">{number(peak)}</span>;
  return (
    <>
      <span class="now">{number(newer?.live_participants ?? session.live_participants)}</span>
      <span class="soft"> / {number(peak)}</span>
    </>
  );
}

export const COLUMNS: readonly Column[] = [
  {
    name: 'status',
    head: words.columns.status,
    width: '104px',
    csv: ['status'],
    cell: (shown) => (isLive(shown) ? <span class="pill live">{words.live}</span> : <span class="pill">{words.ended}</span>),
  },
  {
    name: 'title',
    head: words.columns.title,
    width: 'minmax(180px, 1fr)',
    csv: ['title', 'meeting_id'],
    cell: ({ session, newer, isPlain, now }) => (
      <>
        <a href={`/console/sessions/${session.id}`} tabIndex={isPlain ? undefined : -1} dir="auto">
          {(newer?.title ?? session.meeting_display_name) || words.untitled}
        </a>
        <span class="mono">{session.associated_id.slice(0, 8)}</span>
        {newer && isEmptied(newer, now) && <span class="soft ends">{words.endsIn(length(Date.parse(newer.ends_at ?? '') - now))}</span>}
      </>
    ),
  },
  {
    name: 'started',
    head: words.columns.started,
    width: '190px',
    isTime: true,
    sort: 'createdAt',
    csv: ['started_at'],
    cell: ({ session, zone }) => <When at={Date.parse(session.started_at)} zone={zone} />,
  },
  {
    name: 'ended',
    head: words.columns.ended,
    width: '190px',
    isTime: true,
    csv: ['ended_at', 'end_reason'],
    cell: (shown) => {
      const at = ended(shown);
      return at === undefined ? null : <When at={at} zone={shown.zone} />;
    },
  },
  {
    name: 'length',
    head: words.columns.length,
    width: '110px',
    isNumber: true,
    csv: ['length_seconds'],
    cell: (shown) => length((ended(shown) ?? shown.now) - Date.parse(shown.session.started_at)),
  },
  {
    name: 'people',
    head: words.columns.people,
    width: '130px',
    isNumber: true,
    csv: ['live_participants', 'max_concurrent_participants'],
    cell: people,
  },
  {
    name: 'minutes',
    head: words.columns.minutes,
    width: '140px',
    isNumber: true,
    sort: 'minutesConsumed',
    csv: ['minutes_consumed'],
    cell: (shown) => minutes(minutesOf(shown)),
  },
  {
    name: 'session',
    head: words.columns.session,
    width: '120px',
    csv: ['session_id'],
    cell: ({ session }) => <span class="mono">{session.id.slice(0, 8)}</span>,
  },
  {
    name: 'meeting',
    head: words.columns.meeting,
    width: '120px',
    csv: ['meeting_id'],
    cell: ({ session }) => <span class="mono">{session.associated_id.slice(0, 8)}</span>,
  },
  {
    name: 'updated',
    head: words.columns.updated,
    width: '190px',
    isTime: true,
    csv: ['updated_at'],
    cell: ({ session, zone }) => <When at={Date.parse(session.updated_at)} zone={zone} />,
  },
];

/** The last column, which has no name to be chosen by. */
export const MENU: Column = {
  name: 'menu',
  head: '',
  width: '44px',
  csv: [],
  cell: (shown) => {
    const { session, newer, isPlain } = shown;
    const title = (newer?.title ?? session.meeting_display_name) || words.untitled;
    const people = isLive(shown) ? (newer?.live_participants ?? session.live_participants) : undefined;
    return <RowMenu id={session.id} meeting={session.associated_id} title={title} people={people} isPlain={isPlain ?? false} />;
  },
};

export const DEFAULT = ['status', 'title', 'started', 'length', 'people', 'minutes'];

/** The chosen columns, in the order of the table. */
export function chosen(names: readonly string[] | undefined): readonly Column[] {
  const wanted = names?.length ? names : DEFAULT;
  const found = COLUMNS.filter(({ name }) => wanted.includes(name) || name === 'title');
  return found;
}

function When({ at, zone }: { at: number; zone: string }) {
  return (
    <time class="when" dateTime={new Date(at).toISOString()} title={new Date(at).toISOString()}>
      {dateTime(at, zone)}
    </time>
  );
}
