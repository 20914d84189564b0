/** From what the server read to what is shown: counted here, so that a threshold moves all verdicts at once. Pure. */
import type { components } from '../../api/sederunt.d.ts';
import { byName, tenths } from '../../time/format.ts';
import { wallAt } from '../../time/ranges.ts';
import { type Line, type Register, type Row, type Sitting, type Verdict, register } from './rule.ts';
import { type Order, type View, ruleOf } from './url.ts';

export type Report = components['schemas']['Attendance'];
export type Session = Report['sessions'][number];
type Told = Report['rows'][number]['total'];

/** A session as of `now`: what goes on goes on until then. */
function sitting(session: Session, view: View, now: number): Sitting {
  const isLive = session.status === 'LIVE';
  const until = isLive ? Math.max(session.as_of, now) : session.as_of;
  const people = (session.people ?? []).map((one) => ({
    ...one,
    stays: one.stays.map(({ from, to, open, away }) => ({
      from,
      to: to ?? until,
      ...(open ? { open } : {}),
      away: away.map(([lost = 0, back = 0]) => [lost, back] as const),
    })),
  }));
  // Only a session that goes on has a window that grows.
  const planned = view.session_id !== undefined && view.to !== undefined ? Date.parse(view.to) : undefined;
  const last = people.flatMap(({ stays }) => stays).reduce((end, { to }) => Math.max(end, to), session.started_at);
  const to = isLive ? (planned === undefined ? last : Math.max(session.to, Math.min(planned, until))) : session.to;
  return { window: { from: session.from, to }, people };
}

/** Counts a report that came with its stays. */
export function counted(report: Report, view: View, now: number): Register {
  // Nobody of them has a stay.
  const invited = view.absent ? (report.invited ?? []).map((one) => ({ ...one, stays: [] })) : [];
  return register(report.sessions.map((session) => sitting(session, view, now)), invited, ruleOf(view), view.without);
}

/** A line of the server: its share is a percentage. */
function line({ share, verdict, ...told }: Told): Line {
  return { ...told, share: Math.round(share * 100), verdict: verdict as Verdict };
}

/** A report as the server counted it. */
export function asTold(report: Report): Register {
  const rows = report.rows.map(({ cells, total, ...person }) => ({ ...person, cells: cells.map(line), total: line(total) }));
  return { rows, left_out: report.left_out };
}

/** How many came to what. */
export function verdicts(rows: readonly Row[]): Record<Verdict, number> {
  const found = { present: 0, late: 0, below: 0, absent: 0 };
  for (const { total } of rows) found[total.verdict] += 1;
  return found;
}

/** In how many sessions somebody was present. */
export function attended({ cells }: Row): number {
  return cells.filter(({ verdict }) => verdict === 'present' || verdict === 'late').length;
}

/** Names that more than one person has. */
export function twice(rows: readonly Row[]): Set<string> {
  const [once, again] = [new Set<string>(), new Set<string>()];
  for (const { name } of rows) {
    if (name === undefined) continue;
    if (once.has(name)) again.add(name);
    once.add(name);
  }
  return again;
}

const BY: Record<Order, (a: Row, b: Row) => number> = {
  name: () => 0,
  first: (a, b) => (a.total.first ?? Number.POSITIVE_INFINITY) - (b.total.first ?? Number.POSITIVE_INFINITY) || 0,
  last: (a, b) => (b.total.last ?? Number.POSITIVE_INFINITY) - (a.total.last ?? Number.POSITIVE_INFINITY) || 0,
  stays: (a, b) => b.total.stays - a.total.stays,
  away: (a, b) => b.total.away_ms - a.total.away_ms,
  time: (a, b) => b.total.ms - a.total.ms,
};

/** The rows that are shown, in their order. Those who are equal stand by name. */
export function chosen(rows: readonly Row[], { verdict, find = '', sort = 'name' }: Pick<View, 'verdict' | 'find' | 'sort'>): Row[] {
  const needle = find.trim().toLowerCase();
  const found = rows.filter(({ name, own_id, key, total }) => {
    if (verdict && total.verdict !== verdict) return false;
    return !needle || [name, own_id, key].some((text) => text?.toLowerCase().includes(needle));
  });
  const label = ({ name, own_id, key }: Row): string => name ?? own_id ?? key;
  return found.sort((a, b) => BY[sort](a, b) || byName(label(a), label(b)) || (a.key < b.key ? -1 : 1));
}

/** `2026-11-27`: the day that the clocks of a zone show. */
export function dayOf(at: number, zone: string): string {
  const { year, month, day } = wallAt(zone, at);
  const two = (n: number): string => String(n).padStart(2, '0');
  return `${String(year).padStart(4, '0')}-${two(month)}-${two(day)}`;
}

/** `89.1 %`: one decimal, cut as the share itself is. */
export function percent(share: number): string {
  return `${tenths(Math.floor(share / 10) / 10)} %`;
}

/** Part of all, rounded: the parts come to the whole. */
export function part(n: number, all: number): string {
  return `${tenths(all ? Math.round((n * 1_000) / all) / 10 : 0)} %`;
}
