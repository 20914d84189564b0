/**
 * How long somebody was there, of how long, and what that comes to. Pure: the server counts by the same rule in
 * `crates/api/src/doors/sederunt/console/attendance/rule.rs`, and both are tested with `web/test/attendance.json`.
 * All instants and lengths are milliseconds.
 */

export interface Rule {
  /** Percent of the window from which somebody counts as present. */
  readonly share: number;
  /** Time between two stays that counts as time in the room, at most. */
  readonly gap_ms: number;
  /** After the begin of the window; whoever comes later is late. */
  readonly late_ms: number;
  /** Whether the time counts in which a connection was lost and came back. */
  readonly away: boolean;
  /** Whether somebody who was not there at all is absent; else that is below, like any other time that is too short. */
  readonly absent?: boolean;
}

export interface Window {
  readonly from: number;
  readonly to: number;
}

export interface Interval {
  readonly from: number;
  readonly to: number;
  /** It goes on. */
  readonly open?: boolean;
  readonly away: readonly (readonly [number, number])[];
}

export type Verdict = 'present' | 'late' | 'below' | 'absent';

export interface Line {
  /** First in, also when that was before the window; missing when nobody was there in it. */
  readonly first?: number;
  /** Last out; missing while a stay goes on. */
  readonly last?: number;
  readonly stays: number;
  /** In at least one stay, within the window. */
  readonly stays_ms: number;
  /** Between stays, counted all the same. */
  readonly gaps_ms: number;
  /** Within stays, without a connection. */
  readonly away_ms: number;
  /** What counts: `stays_ms + gaps_ms`, without `away_ms` where the rule says so. */
  readonly ms: number;
  readonly window_ms: number;
  /** Hundredths of a percent, cut and not rounded. */
  readonly share: number;
  readonly verdict: Verdict;
}

interface Span {
  from: number;
  to: number;
  stays: number;
  open: boolean;
}

/** Stays as one, when they touch or the time between them counts. */
function spans(stays: readonly Interval[], gapMs: number): Span[] {
  const all: Span[] = [];
  for (const { from, to, open = false } of [...stays].sort((a, b) => a.from - b.from || a.to - b.to)) {
    const last = all.at(-1);
    if (last && from - last.to <= gapMs) {
      last.to = Math.max(last.to, to);
      last.stays += 1;
      last.open ||= open;
    } else {
      all.push({ from, to, stays: 1, open });
    }
  }
  return all;
}

function touches({ from, to }: Span, window: Window): boolean {
  return from < to ? from < window.to && to > window.from : window.from <= from && from <= window.to;
}

/** Milliseconds of a window in which at least one of these is. */
function covered(pieces: readonly (readonly [number, number])[], window: Window): number {
  let [sum, end] = [0, window.from];
  for (const [from, to] of [...pieces].sort((a, b) => a[0] - b[0])) {
    const [begin, stop] = [Math.max(from, end), Math.min(to, window.to)];
    if (stop > begin) {
      sum += stop - begin;
      end = stop;
    }
  }
  return sum;
}

/** A stay without the times in which its connection was lost. */
function connected({ from, to, away }: Interval): [number, number][] {
  const pieces: [number, number][] = [];
  let begin = from;
  for (const [lost, back] of [...away].sort((a, b) => a[0] - b[0])) {
    if (lost > begin) pieces.push([begin, Math.min(lost, to)]);
    begin = Math.max(begin, back);
  }
  if (to > begin) pieces.push([begin, to]);
  return pieces;
}

/** What the stays of one person in one window come to. */
export function line(stays: readonly Interval[], window: Window, rule: Rule): Line {
  const there = spans(stays, rule.gap_ms).filter((span) => touches(span, window));
  const stays_ms = covered(stays.map(({ from, to }) => [from, to] as const), window);
  const away_ms = stays_ms - covered(stays.flatMap(connected), window);
  const whole = covered(there.map(({ from, to }) => [from, to] as const), window);
  const first = there[0]?.from;
  const isOpen = there.some(({ open }) => open);
  const ms = rule.away ? whole : whole - away_ms;
  const window_ms = Math.max(0, window.to - window.from);
  const count = there.reduce((sum, span) => sum + span.stays, 0);
  const isLate = first !== undefined && first > window.from + rule.late_ms;
  return {
    ...(first === undefined ? {} : { first }),
    ...(first === undefined || isOpen ? {} : { last: Math.max(...there.map(({ to }) => to)) }),
    stays: count,
    stays_ms,
    gaps_ms: whole - stays_ms,
    away_ms,
    ms,
    window_ms,
    ...judged(ms, window_ms, count, isLate, rule),
  };
}

/** What several windows come to. Late is whoever was present in all and late in one. */
export function total(lines: readonly Line[], rule: Rule): Line {
  const sum = (of: (line: Line) => number): number => lines.reduce((all, one) => all + of(one), 0);
  const there = lines.filter(({ stays }) => stays > 0);
  const isOpen = there.some(({ last }) => last === undefined);
  const [ms, window_ms, count] = [sum((one) => one.ms), sum((one) => one.window_ms), sum((one) => one.stays)];
  const isLate = lines.some(({ verdict }) => verdict === 'late');
  return {
    ...(there.length ? { first: Math.min(...there.map(({ first = 0 }) => first)) } : {}),
    ...(there.length && !isOpen ? { last: Math.max(...there.map(({ last = 0 }) => last)) } : {}),
    stays: count,
    stays_ms: sum((one) => one.stays_ms),
    gaps_ms: sum((one) => one.gaps_ms),
    away_ms: sum((one) => one.away_ms),
    ms,
    window_ms,
    ...judged(ms, window_ms, count, isLate, rule),
  };
}

function judged(ms: number, window_ms: number, stays: number, isLate: boolean, rule: Rule): Pick<Line, 'share' | 'verdict'> {
  if (stays === 0) return { share: 0, verdict: rule.absent ? 'absent' : 'below' };
  // Of a window without length, whoever was there at its instant was there for all of it.
  const share = window_ms === 0 ? 10_000 : Math.floor((ms * 10_000) / window_ms);
  if (ms * 100 < rule.share * window_ms) return { share, verdict: 'below' };
  return { share, verdict: isLate ? 'late' : 'present' };
}

/** Somebody's stays in one session, by the participant that they are of. */
export interface Attendee {
  readonly participant: string;
  readonly name?: string;
  /** The caller's own id for the person. */
  readonly own_id?: string;
  readonly preset?: string;
  readonly stays: readonly Interval[];
}

export interface Sitting {
  readonly window: Window;
  readonly people: readonly Attendee[];
}

export interface Person {
  readonly key: string;
  readonly name?: string;
  readonly own_id?: string;
  readonly preset?: string;
  readonly participants: readonly string[];
}

export interface Row extends Person {
  /** One a session, in their order. */
  readonly cells: readonly Line[];
  readonly total: Line;
}

export interface Register {
  readonly rows: readonly Row[];
  /** People who held nothing but presets that are left out. */
  readonly left_out: number;
}

/**
 * Several sessions, person by person: participants with one own id are one person. In order of first coming; then those of
 * `invited`, who have no stays here, of two with one own id the first.
 */
export function register(sittings: readonly Sitting[], invited: readonly Attendee[], rule: Rule, without: readonly string[]): Register {
  const people = new Map<string, { person: Person; stays: Interval[][] }>();
  const others = new Set<string>();
  sittings.forEach(({ people: there }, nth) => {
    for (const { participant, name, own_id, preset, stays } of there) {
      const key = own_id ?? participant;
      if (preset !== undefined && without.includes(preset)) {
        others.add(key);
        continue;
      }
      const known = people.get(key) ?? { person: { key, participants: [] }, stays: sittings.map(() => []) };
      const { participants } = known.person;
      known.person = {
        ...known.person,
        ...(name === undefined ? {} : { name }),
        ...(own_id === undefined ? {} : { own_id }),
        ...(preset === undefined ? {} : { preset }),
        participants: participants.includes(participant) ? participants : [...participants, participant],
      };
      known.stays[nth]?.push(...stays);
      people.set(key, known);
    }
  });
  for (const { participant, name, own_id, preset } of invited) {
    const key = own_id ?? participant;
    if (preset !== undefined && without.includes(preset)) {
      others.add(key);
    } else if (!people.has(key) && !others.has(key)) {
      const names = { ...(name === undefined ? {} : { name }), ...(own_id === undefined ? {} : { own_id }), ...(preset === undefined ? {} : { preset }) };
      people.set(key, { person: { key, ...names, participants: [participant] }, stays: sittings.map(() => []) });
    }
  }
  const rows = [...people.values()].map(({ person, stays }) => {
    const cells = sittings.map(({ window }, nth) => line(stays[nth] ?? [], window, rule));
    return { ...person, cells, total: total(cells, rule) };
  });
  return { rows, left_out: [...others].filter((key) => !people.has(key)).length };
}
