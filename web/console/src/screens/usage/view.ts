/** The address of the usage: the request's own parameters. Pure. */
import { dayAt, daysFrom, isDay, plusDays } from '../../time/days.ts';
import { number } from '../../time/format.ts';

export type By = 'day' | 'week' | 'month';
export type Split = 'start' | 'midnight';
/** What the bars show. */
export type Show = 'minutes' | 'sessions' | 'stays' | 'people' | 'peak';

export const BYS: readonly By[] = ['day', 'week', 'month'];
export const SHOWS: readonly Show[] = ['minutes', 'sessions', 'stays', 'people', 'peak'];

export interface Usage {
  readonly from: string;
  readonly to: string;
  readonly by: By;
  readonly split: Split;
  readonly show: Show;
}

/** Days that are shown when nobody says which. */
const DAYS = 30;

/** Reads a query; what makes no sense is left out. */
export function readUsage(query: string, zone: string, now: number): Usage {
  const params = new URLSearchParams(query);
  const day = (name: string): string | undefined => [params.get(name) ?? ''].find(isDay);
  const one = <T extends string>(name: string, of: readonly T[]): T => of.find((value) => value === params.get(name)) ?? (of[0] as T);
  const to = day('to') ?? dayAt(zone, now);
  const from = day('from') ?? plusDays(to, 1 - DAYS);
  return {
    from: from <= to ? from : to,
    to,
    by: one('by', BYS),
    split: one('split', ['start', 'midnight'] as const),
    show: one('show', SHOWS),
  };
}

export function writeUsage({ from, to, by, split, show }: Usage, zone: string): string {
  const params = new URLSearchParams({ from, to, by, split, tz: zone });
  if (show !== 'minutes') params.set('show', show);
  return `?${params}`;
}

/** As many days before. */
export function previous({ from, to }: { from: string; to: string }): { from: string; to: string } {
  const days = daysFrom(from, to);
  return { from: plusDays(from, -days), to: plusDays(to, -days) };
}

export type Preset = '7' | '30' | 'month' | 'last-month' | 'year';
export const PRESETS: readonly Preset[] = ['7', '30', 'month', 'last-month', 'year'];

/** Named ranges, seen from a day. */
export function preset(name: Preset, today: string): { from: string; to: string; by: By } {
  const month = today.slice(0, 7);
  const lastOfLast = plusDays(`${month}-01`, -1);
  switch (name) {
    case '7':
      return { from: plusDays(today, -6), to: today, by: 'day' };
    case '30':
      return { from: plusDays(today, -29), to: today, by: 'day' };
    case 'month':
      return { from: `${month}-01`, to: today, by: 'day' };
    case 'last-month':
      return { from: `${lastOfLast.slice(0, 7)}-01`, to: lastOfLast, by: 'day' };
    case 'year':
      return { from: `${Number(today.slice(0, 4)) - 1}${today.slice(4, 7)}-01`, to: today, by: 'month' };
  }
}

/** From so many times as much on, percent say less than how many times it is. */
const TIMES = 10;

/** By how much a number is more or less than another one: `+12 %`, `× 40`; nothing to compare with is nothing. */
export function change(now: number, before: number): string {
  if (before === 0) return '';
  if (now >= before * TIMES) return `× ${number(Math.round(now / before))}`;
  const percent = Math.round(((now - before) / before) * 100);
  return `${percent > 0 ? '+' : percent < 0 ? '−' : '±'}${number(Math.abs(percent))} %`;
}

/** A round number that is not below the highest bar. */
export function ceiling(most: number): number {
  if (most <= 0) return 1;
  const unit = 10 ** Math.floor(Math.log10(most));
  return [1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10].map((times) => times * unit).find((round) => round >= most - unit * 1e-9) ?? most;
}
