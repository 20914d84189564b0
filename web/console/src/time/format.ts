/** Times and numbers as the page writes them. Pure but for `Intl`. */
import { inLanguage } from '../language.ts';
import { offsetAt } from './ranges.ts';

/** Day before month, and a day of 24 hours: in English that is the British one. */
const LOCALE = inLanguage({ en: 'en-GB', de: 'de-DE' });

const made = new Map<string, Intl.DateTimeFormat>();

function of(zone: string, kind: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${kind} ${zone}`;
  let found = made.get(key);
  if (!found) {
    found = new Intl.DateTimeFormat(LOCALE, { timeZone: zone, hourCycle: 'h23', ...options });
    made.set(key, found);
  }
  return found;
}

/** `28 Nov 2026 15:03:12` */
export function dateTime(at: number, zone: string): string {
  return `${date(at, zone)} ${time(at, zone)}`;
}

/** `28 Nov 2026` */
export function date(at: number, zone: string): string {
  return of(zone, 'date', { day: '2-digit', month: 'short', year: 'numeric' }).format(at).replace('Sept', 'Sep');
}

/** `Jan` to `Dec`. */
export function monthNames(): string[] {
  return Array.from({ length: 12 }, (_, month) => of('UTC', 'month', { month: 'short' }).format(Date.UTC(2026, month)).replace('Sept', 'Sep'));
}

/** `Mon` to `Sun`. */
export function weekdayNames(): string[] {
  return Array.from({ length: 7 }, (_, day) => of('UTC', 'weekday', { weekday: 'short' }).format(Date.UTC(2024, 0, 1 + day)));
}

/** `Sat 28 Nov 2026` */
export function longDate(at: number, zone: string): string {
  const day = of(zone, 'weekday', { weekday: 'short' }).format(at);
  return `${day} ${date(at, zone)}`;
}

/** `15:03:12` */
export function time(at: number, zone: string): string {
  return of(zone, 'time', { hour: '2-digit', minute: '2-digit', second: '2-digit' }).format(at);
}

/** `15:03:12.407` */
export function exactTime(at: number, zone: string): string {
  return of(zone, 'exact', { hour: '2-digit', minute: '2-digit', second: '2-digit', fractionalSecondDigits: 3 }).format(at);
}

/** `15:03` */
export function shortTime(at: number, zone: string): string {
  return of(zone, 'short', { hour: '2-digit', minute: '2-digit' }).format(at);
}

/** `UTC+1`, `UTC+5:30`, `UTC` */
export function offset(zone: string, at: number): string {
  const minutes = Math.round(offsetAt(zone, at) / 60_000);
  if (minutes === 0) return 'UTC';
  const sign = minutes < 0 ? '−' : '+';
  const [hours, rest] = [Math.floor(Math.abs(minutes) / 60), Math.abs(minutes) % 60];
  return `UTC${sign}${hours}${rest ? `:${String(rest).padStart(2, '0')}` : ''}`;
}

/** `0:04:27`, `26:00:00` */
export function length(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const two = (n: number): string => String(n).padStart(2, '0');
  return `${Math.floor(seconds / 3600)}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
}

const units = inLanguage({ en: { minute: 'm', day: 'd' }, de: { minute: 'min', day: 'd' } });

/** `1 h 19 m`, `31 m 54 s`, `5.6 s`: as long as is of use, cut and not rounded, as [`length`] is. */
export function spoken(ms: number): string {
  if (ms < 10_000) return `${tenth.format(Math.floor(Math.max(0, ms) / 100) / 10)} s`;
  const seconds = Math.floor(ms / 1000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} ${units.minute} ${String(seconds % 60).padStart(2, '0')} s`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return `${hours} h ${String(minutes % 60).padStart(2, '0')} ${units.minute}`;
  return `${Math.floor(hours / 24)} ${units.day} ${hours % 24} h`;
}

const whole = new Intl.NumberFormat(LOCALE);
const tenth = new Intl.NumberFormat(LOCALE, { minimumFractionDigits: 1, maximumFractionDigits: 1 });
const bytes = new Intl.NumberFormat(LOCALE, { notation: 'compact', style: 'unit', unit: 'byte', unitDisplay: 'narrow', maximumFractionDigits: 0 });

const precise = new Intl.NumberFormat(LOCALE, { maximumFractionDigits: 4 });
const digits = new Intl.NumberFormat(LOCALE, { maximumSignificantDigits: 2 });

/** `10,000,000` */
export function number(n: number): string {
  return whole.format(n);
}

/** `1,234.0`: always one decimal. */
export function tenths(n: number): string {
  return tenth.format(n);
}

/** `1,234.0625`: as many decimals as there are, at most four. */
export function decimals(n: number): string {
  return precise.format(n);
}

/** `0.13`: two digits that say something. */
export function rate(n: number): string {
  return digits.format(n);
}

/** Minutes in lists: one decimal, cut and not rounded up, as a bill would. */
export function minutes(n: number): string {
  return tenth.format(Math.floor(n * 10 + 1e-9) / 10);
}

/** `83 %`; never 100 % of what is less. */
export function share(part: number, all: number): string {
  if (all <= 0) return '–';
  return `${Math.floor(Math.min(1, part / all) * 100 + 1e-9)} %`;
}

/** About how much a file has. */
export function size(n: number): string {
  return `≈ ${bytes.format(n)}`;
}

const plurals = new Intl.PluralRules(LOCALE);

/** `1 session`, `2 sessions` */
export function counted(n: number, one: string, other = `${one}s`): string {
  return `${number(n)} ${plurals.select(n) === 'one' ? one : other}`;
}

const lists = new Intl.ListFormat(LOCALE);

/** `Ada, Ben and Cy` */
export function list(names: readonly string[]): string {
  return lists.format(names);
}

const order = new Intl.Collator(LOCALE);

/** The order of names, for `sort`. */
export function byName(a: string, b: string): number {
  return order.compare(a, b);
}
