/** Days of presence as weeks of a calendar. Pure. */
import { plusDays } from '../../time/days.ts';

export interface PersonDay {
  readonly day: string;
  readonly stays: number;
  readonly minutes: number;
}

export interface Cell {
  readonly day: string;
  readonly minutes: number;
  /** 0 = not there; 1 to 4 = how long, beside the longest day. */
  readonly level: number;
}

/** Weeks from Monday to Sunday, of which the last one has `last`; days after it are left out. */
export function weeks(days: readonly PersonDay[], last: string, number: number): Cell[][] {
  const by = new Map(days.map(({ day, minutes }) => [day, minutes]));
  const weekday = (new Date(`${last}T00:00:00Z`).getUTCDay() + 6) % 7;
  const monday = plusDays(last, -weekday - 7 * (number - 1));
  const most = Math.max(0, ...by.values());
  const cell = (day: string): Cell => {
    const minutes = by.get(day);
    if (minutes === undefined) return { day, minutes: 0, level: 0 };
    return { day, minutes, level: Math.max(1, Math.ceil((minutes / Math.max(most, 1e-9)) * 4)) };
  };
  return Array.from({ length: number }, (_, week) =>
    Array.from({ length: 7 }, (__, day) => plusDays(monday, week * 7 + day))
      .filter((day) => day <= last)
      .map(cell),
  );
}
