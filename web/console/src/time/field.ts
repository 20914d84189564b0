/** What a browser's field for a date and a time holds, as an instant. Pure. */
import { instantOf } from './ranges.ts';

/** `2026-11-30T19:05`, as the clocks of a zone show it. */
export function ofField(text: string, zone: string): number {
  const [year = 0, month = 1, day = 1, hour = 0, minute = 0] = text.split(/[-T:]/).map(Number);
  return instantOf(zone, year, month, day, hour, minute);
}
