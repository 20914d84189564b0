/** Words of the server's own page. */
import { inLanguage } from '../language.ts';
import { counted, number } from '../time/format.ts';
import { words as de } from './de/system.ts';

const en = {
  title: 'System',
  ledger: 'Ledger',
  lastFact: 'Last fact',
  lastDay: 'Facts in 24 hours',
  size: 'Size',
  bytes: 'bytes',
  log: 'Log (WAL)',
  commit: 'Commit',
  commitOf: (n: number) => `The last ${counted(n, 'write')}: median, 99 %, longest`,
  noCommit: 'nothing was written since the start',
  waiting: 'Writes that wait',
  waitingOf: (n: number, most: number) => `${number(n)} of ${number(most)}`,
  behind: 'The disk is behind: nobody new is let in until it has caught up.',
  disk: 'Disk',
  free: 'Free',
  freeOf: (free: string, all: string) => `${free} of ${all}`,
  growth: 'Growth a day',
  noGrowth: 'not known yet: the ledger is younger than a day',
  left: 'Days left',
  days: (n: number) => (n > 3_650 ? 'more than 10 years' : counted(n, 'day')),
  noDisk: 'The disk does not say.',
  index: 'Archive of sessions',
  apps: 'Apps with one',
  sealed: 'Sessions sealed',
  inMemory: 'In memory',
  failures: 'Failures',
  setAside: 'Set aside',
  server: 'Server',
  version: 'Version',
  started: 'Started',
  connections: 'Connections',
  certificate: 'Certificate until',
  noCertificate: 'this server speaks no TLS',
  certificateDays: (n: number) => `in ${counted(n, 'day')}`,
  documents: 'API documents',
  backup: 'A backup, while the server runs',
  verify: {
    title: 'Verify',
    more: 'Folds all facts again and compares every number with what they say. People meet meanwhile; it takes half of the time of one reader at most.',
    run: 'Verify now',
    stop: 'Stop',
    running: (facts: number, all: number) => (all ? `${number(facts)} of ${counted(all, 'fact')}` : 'Looking at the file itself'),
    never: 'Not since the start of this server.',
    states: { equal: 'equal', differs: 'differs', stopped: 'stopped', failed: 'failed' } as Record<string, string>,
    results: {
      equal: (facts: number, sessions: number, stays: number) => `Equal: ${counted(facts, 'fact')}, ${counted(sessions, 'session')}, ${counted(stays, 'stay')}.`,
      differs: (n: number) => `${counted(n, 'difference')}. The first of them:`,
      stopped: 'Stopped before the end.',
      failed: (why: string) => `It could not go on: ${why}`,
    },
    last: (at: string, took: string) => `Last: ${at}, took ${took}`,
  },
  settings: { title: 'Settings in force', key: 'Key', value: 'Value', origin: 'From', builtIn: 'default', unset: 'not set', secret: 'not shown' },
};

export type Words = typeof en;
export const words = inLanguage<Words>({ en, de });
