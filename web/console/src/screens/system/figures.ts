/** Numbers of the server as its page writes them. Pure. */
import { number, tenths } from '../../time/format.ts';
import { words } from '../../words/system.ts';

const UNITS = [words.bytes, 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];
const DAY_MS = 86_400_000;

/** `512 bytes`, `1.5 MiB`, `212 GiB`: three digits at most, cut and not rounded up. */
export function bytes(n: number): string {
  const unit = n < 1 ? 0 : Math.min(UNITS.length - 1, Math.floor(Math.log2(n) / 10));
  const value = n / 1024 ** unit;
  const text = unit === 0 || value >= 100 ? number(Math.floor(value)) : tenths(Math.floor(value * 10) / 10);
  return `${text} ${UNITS[unit]}`;
}

/** `0.4 ms`, `12 ms`, `1.2 s` */
export function milliseconds(ms: number): string {
  if (ms >= 1_000) return `${tenths(ms / 1_000)} s`;
  return `${ms < 10 ? tenths(ms) : number(Math.round(ms))} ms`;
}

/** Whole days from now; none when it is over. */
export function left(until: number, now: number): number {
  return Math.max(0, Math.floor((until - now) / DAY_MS));
}
