/** Words of the overview. */
import { inLanguage } from '../language.ts';
import { counted, number, spoken } from '../time/format.ts';
import { words as de } from './de/overview.ts';

const en = {
  title: 'Overview',
  live: 'Live sessions',
  people: (n: number) => `${counted(n, 'person', 'people')} in them`,
  minutes: 'Minutes today',
  minutesBefore: (day: string, value: string) => `${day}: ${value} in the whole day`,
  joins: 'Joins a minute',
  joinsMore: (n: number) => `in the last whole minute; ${number(n)} in 60`,
  lost: 'Connections lost',
  lostMore: 'for good, in 60 minutes',
  minutesTitle: 'Joins and leaves, minute by minute',
  caption: (joins: number, leaves: number, lost: number) => `In 60 minutes ${counted(joins, 'join')}, ${counted(leaves, 'leave')}, of which ${number(lost)} by a lost connection.`,
  legend: { joins: 'Joins, up', leaves: 'Leaves, down', lost: 'of them lost' },
  table: 'As a table',
  columns: { from: 'Minute', joins: 'Joins', leaves: 'Leaves', lost: 'Lost', people: 'People', sessions: 'Sessions' },
  sum: 'Sum',
  look: 'Needs a look',
  nothing: (time: string) => `Nothing. Last checked ${time}.`,
  how: 'How this is decided',
  rules: (least: number, share: string, long: string, empty: string, behind: string, failed: string) => [
    `A LIVE session: at least ${number(least)} connections, and more than ${share} of its people, were lost for good within five minutes.`,
    `A LIVE session: nobody is in it and nothing has happened for ${empty}.`,
    `A LIVE session: it goes on for more than ${long}.`,
    `A webhook: its receiver is down or was given up; or more than ${failed} of its attempts of the last hour failed; or it is more than ${behind} behind.`,
    'What is switched off is not looked at. The disk, the certificate and the ledger are looked at by the metrics of the server.',
  ],
  found: {
    lost: (lost: number, of: number) => `${number(lost)} of ${counted(of, 'person', 'people')} lost in five minutes`,
    long: (ms: number) => `Live for ${spoken(ms)}`,
    empty: (ms: number) => `Live, and nobody in it for ${spoken(ms)}`,
    hook_down: () => 'The receiver is down; nothing is lost, everything waits',
    hook_failing: (n: number) => `${counted(n, 'attempt')} failed in the last hour`,
    hook_behind: (n: number) => `${spoken(n * 1000)} behind`,
  },
  hooksUnknown: 'How webhooks do could not be asked.',
  webhook: 'Webhook',
  largest: 'Largest live sessions',
  largestColumns: { title: 'Session', people: 'People', length: 'Live for', minutes: 'Minutes' },
  all: 'All live sessions',
  nobody: 'No session is live.',
  untitled: 'Without a title',
  unknown: '–',
};

export type Words = typeof en;
export const words = inLanguage<Words>({ en, de });
