/** The address of a report: the API's own parameter names, and what of it is shown. Pure. */
import type { Rule, Verdict } from './rule.ts';

export type Order = 'name' | 'first' | 'last' | 'stays' | 'away' | 'time';

export interface View {
  readonly session_id?: string | undefined;
  readonly meeting_id?: string | undefined;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  /** Percent. */
  readonly share: number;
  /** Seconds. */
  readonly gap: number;
  /** Seconds; a day stands for never. */
  readonly late: number;
  readonly away: boolean;
  /** Whether whoever was invited and never came is listed. */
  readonly absent: boolean;
  readonly without: readonly string[];
  // Ours.
  readonly verdict?: Verdict | undefined;
  readonly find?: string | undefined;
  readonly sort?: Order | undefined;
  readonly page?: number | undefined;
  readonly tz?: string | undefined;
}

/** What the API counts by when nobody says. */
export const USUAL = { share: 80, gap: 120, late: 600, away: true, absent: false } as const;
const DAY = 86_400;

const ID = /^[0-9a-f-]{24,36}$/i;
const INSTANT = /^\d{4}-\d{2}-\d{2}([T ][\d:.]+(Z|[+-]\d{2}:?\d{2})?)?$/;

/** Whether there is such a day: a month has no day 31 because another has. */
function isDay(text: string): boolean {
  const day = new Date(`${text.slice(0, 10)}T00:00:00Z`);
  return !Number.isNaN(Date.parse(text)) && !Number.isNaN(day.getTime()) && day.toISOString().startsWith(text.slice(0, 10));
}

/** Reads a query. What makes no sense is left out: an address is typed by people. */
export function readView(search: string): View {
  const params = new URLSearchParams(search);
  const text = (name: string, form: RegExp): string | undefined => {
    const value = params.get(name) ?? '';
    return form.test(value) ? value : undefined;
  };
  const whole = (name: string, usual: number, most: number): number => {
    const value = text(name, /^\d{1,6}$/);
    return value !== undefined && Number(value) <= most ? Number(value) : usual;
  };
  const session_id = text('session_id', ID);
  const instant = (name: string): string | undefined => {
    const value = text(name, INSTANT);
    return value && isDay(value) ? value : undefined;
  };
  const given = {
    session_id,
    meeting_id: session_id ? undefined : text('meeting_id', ID),
    // A range that ends before it begins stays: the answer says so, where all of the term in its place would say something else.
    from: instant('from'),
    to: instant('to'),
    verdict: text('verdict', /^(present|late|below|absent)$/) as Verdict | undefined,
    find: params.get('find') || undefined,
    sort: text('sort', /^(first|last|stays|away|time)$/) as Order | undefined,
    page: whole('page', 1, DAY) > 1 ? whole('page', 1, DAY) : undefined,
    tz: params.get('tz') || undefined,
  };
  const view: View = {
    share: whole('share', USUAL.share, 100),
    gap: whole('gap', USUAL.gap, DAY),
    late: whole('late', USUAL.late, DAY),
    away: params.get('away') !== 'false',
    absent: params.get('absent') === 'true',
    without: (params.get('without_presets') ?? '').split(',').filter(Boolean),
  };
  return { ...view, ...Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) };
}

/** What the API is asked, as it is typed. What is as usual is left out. */
export function query({ session_id, meeting_id, from, to, share, gap, late, away, absent, without }: View): Record<string, string> {
  return {
    ...(session_id ? { session_id } : {}),
    ...(meeting_id ? { meeting_id } : {}),
    ...(from ? { from } : {}),
    ...(to ? { to } : {}),
    ...(share === USUAL.share ? {} : { share: String(share) }),
    ...(gap === USUAL.gap ? {} : { gap: String(gap) }),
    ...(late === USUAL.late ? {} : { late: String(late) }),
    ...(away ? {} : { away: 'false' }),
    ...(absent ? { absent: 'true' } : {}),
    ...(without.length ? { without_presets: without.join(',') } : {}),
  };
}

/** Writes it back; parameters always come in the same order. */
export function writeView(view: View): string {
  const { verdict, find, sort, page, tz } = view;
  const params = new URLSearchParams({
    ...query(view),
    ...(verdict ? { verdict } : {}),
    ...(find ? { find } : {}),
    ...(sort && sort !== 'name' ? { sort } : {}),
    ...(page && page > 1 ? { page: String(page) } : {}),
    ...(tz ? { tz } : {}),
  });
  const text = params.toString();
  return text ? `?${text}` : '';
}

export function ruleOf({ share, gap, late, away, absent }: View): Rule {
  return { share, gap_ms: gap * 1000, late_ms: late * 1000, away, absent };
}
