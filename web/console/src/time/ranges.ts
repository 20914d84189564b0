/** Days in a zone. Pure: it knows no clock; instants are milliseconds since 1970. */

export interface Wall {
  readonly year: number;
  /** 1 to 12. */
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
}

const formats = new Map<string, Intl.DateTimeFormat>();

function format(zone: string): Intl.DateTimeFormat {
  let found = formats.get(zone);
  if (!found) {
    found = new Intl.DateTimeFormat('en-US-u-ca-iso8601', {
      timeZone: zone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
    formats.set(zone, found);
  }
  return found;
}

/** What the clocks of a zone show at an instant. */
export function wallAt(zone: string, at: number): Wall {
  const parts: Record<string, number> = {};
  for (const { type, value } of format(zone).formatToParts(at)) parts[type] = Number(value);
  const of = (name: string): number => parts[name] ?? 0;
  return { year: of('year'), month: of('month'), day: of('day'), hour: of('hour'), minute: of('minute'), second: of('second') };
}

/** Milliseconds by which the clocks of a zone are ahead of UTC at an instant. */
export function offsetAt(zone: string, at: number): number {
  const whole = Math.floor(at / 1000) * 1000;
  return utc(wallAt(zone, whole)) - whole;
}

function utc({ year, month, day, hour, minute, second }: Wall): number {
  return Date.UTC(year, month - 1, day, hour, minute, second);
}

/**
 * The instant at which the clocks of a zone show this; of two the first, and the first one after a gap when they never do.
 * Fields may overflow: day 0 is the last of the month before.
 */
export function instantOf(zone: string, year: number, month: number, day: number, hour = 0, minute = 0): number {
  const wanted = Date.UTC(year, month - 1, day, hour, minute);
  const around = [-36, 36].map((hours) => wanted - offsetAt(zone, wanted + hours * 3_600_000));
  const fits = [...new Set(around)].sort((a, b) => a - b).find((at) => at + offsetAt(zone, at) === wanted);
  if (fits !== undefined) return fits;
  // In a gap: the instant of the change, which lies between the two.
  let [low, high] = [Math.min(...around) - 3_600_000, Math.max(...around) + 3_600_000];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (middle + offsetAt(zone, middle) < wanted) low = middle;
    else high = middle;
  }
  return high;
}

export type Range = 'today' | 'yesterday' | '7' | '30' | 'month' | 'last-month';

/** First and last millisecond of a named range; days begin in the zone. */
export function range(name: Range, zone: string, now: number): { from: number; to: number } {
  const { year, month, day } = wallAt(zone, now);
  const at = (y: number, m: number, d: number): number => instantOf(zone, y, m, d);
  const tomorrow = at(year, month, day + 1);
  switch (name) {
    case 'today':
      return { from: at(year, month, day), to: tomorrow - 1 };
    case 'yesterday':
      return { from: at(year, month, day - 1), to: at(year, month, day) - 1 };
    case '7':
      return { from: at(year, month, day - 6), to: tomorrow - 1 };
    case '30':
      return { from: at(year, month, day - 29), to: tomorrow - 1 };
    case 'month':
      return { from: at(year, month, 1), to: at(year, month + 1, 1) - 1 };
    case 'last-month':
      return { from: at(year, month - 1, 1), to: at(year, month, 1) - 1 };
  }
}
