/** Words of the usage. */
import { inLanguage } from '../language.ts';
import { counted, number } from '../time/format.ts';
import { words as de } from './de/usage.ts';

const en = {
  title: 'Usage',
  presets: { '7': 'Last 7 days', '30': 'Last 30 days', month: 'This month', 'last-month': 'Last month', year: 'Twelve months and this one' } as Record<string, string>,
  from: 'From',
  to: 'To',
  apply: 'Apply',
  by: 'Rows',
  bys: { day: 'Days', week: 'Weeks', month: 'Months' } as Record<string, string>,
  one: { day: 'Day', week: 'Week', month: 'Month' } as Record<string, string>,
  split: 'Rule',
  splits: { start: 'By start', midnight: 'Split at midnight' } as Record<string, string>,
  show: 'The bars show',
  columns: { minutes: 'Minutes', sessions: 'Sessions', stays: 'Stays', people: 'People', peak: 'Peak' } as Record<string, string>,
  csv: 'CSV',
  sum: 'Sum',
  average: 'Average',
  all: 'Of the whole range',
  perRow: (value: string, by: string) => `${value} a ${by}`,
  before: (value: string, change: string) => `${value} before${change ? `, ${change}` : ''}`,
  beforeMore: (days: number) => `before: the ${counted(days, 'day')} before the range`,
  hours: (hours: number) => `${number(hours)} h`,
  hoursMore: (hours: number) => `This day has ${counted(hours, 'hour')}: the clocks are changed on it.`,
  notCounted: 'too many to count',
  noNumber: '–',
  counting: '…',
  peakMore: 'Peak: the most people at a time in one session.',
  peopleComing: 'People are being counted: every stay of the range is looked at.',
  peopleMore: 'People are counted once in each row, and once in the sum.',
  rule: {
    start: 'A session counts whole where it began, as in the list of sessions.',
    midnight: 'Each minute counts where it was; a session counts where it began, a stay where it joined.',
  } as Record<string, string>,
  edges: {
    start: (before: string, after: string) => `At the edges of the range the other rule counts ${before} minutes more (of sessions that began before it) and ${after} less (of sessions that went on after it).`,
    midnight: (before: string, after: string) => `At the edges of the range ${before} minutes are of sessions that began before it, which the other rule leaves out; it counts ${after} minutes of sessions that went on after it, too.`,
  } as Record<string, (before: string, after: string) => string>,
  noEdges: 'No session reaches over an edge of the range: both rules have the same sum.',
  asOf: (time: string) => `LIVE sessions as of ${time}`,
  caption: (of: string, by: string, from: string, to: string, sum: string) => `${of} by ${by}, ${from} to ${to}: ${sum} in all`,
  most: (value: string) => `up to ${value}`,
  open: (what: string) => `Sessions that began then: ${what}`,
  none: 'Nothing in this range',
  noneMore: 'No session began in it, and nobody was in one.',
  table: 'The same numbers as a table',
  rows: (n: number) => number(n),
};

export type Words = typeof en;
export const words = inLanguage<Words>({ en, de });
