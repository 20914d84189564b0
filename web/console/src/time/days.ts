/** Days of a calendar as `YYYY-MM-DD`, without clocks: a zone says when one begins. Pure. */
import { instantOf, wallAt } from './ranges.ts';

const DAY_MS = 86_400_000;

/** The day of a zone at an instant. */
export function dayAt(zone: string, at: number): string {
  const { year, month, day } = wallAt(zone, at);
  return new Date(Date.UTC(year, month - 1, day)).toISOString().slice(0, 10);
}

/** So many days later. */
export function plusDays(day: string, days: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + days * DAY_MS).toISOString().slice(0, 10);
}

/** Days from the first to the last, both included. */
export function daysFrom(from: string, to: string): number {
  return Math.round((Date.parse(`${to}T00:00:00Z`) - Date.parse(`${from}T00:00:00Z`)) / DAY_MS) + 1;
}

export function isDay(text: string): boolean {
  return /^\d{4}-\d{2}-\d{2}$/.test(text) && plusDaysOrNone(text) === text;
}

function plusDaysOrNone(text: string): string {
  const ms = Date.parse(`${text}T00:00:00Z`);
  return Number.isNaN(ms) ? '' : new Date(ms).toISOString().slice(0, 10);
}

/** The first instant of a day in a zone. */
export function beginOf(zone: string, day: string): number {
  const [year = 1970, month = 1, date = 1] = day.split('-').map(Number);
  return instantOf(zone, year, month, date);
}

/** The whole days of a zone that two instants are the first and the last millisecond of. */
export function wholeDays(zone: string, start: string | undefined, end: string | undefined): { from: string; to: string } | undefined {
  const [first, last] = [Date.parse(start ?? ''), Date.parse(end ?? '')];
  if (Number.isNaN(first) || Number.isNaN(last) || last < first) return undefined;
  const [from, to] = [dayAt(zone, first), dayAt(zone, last)];
  const fits = beginOf(zone, from) === first && beginOf(zone, plusDays(to, 1)) === last + 1;
  return fits ? { from, to } : undefined;
}
