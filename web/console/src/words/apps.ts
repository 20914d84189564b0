/** Words of the list of apps. */
import { inLanguage } from '../language.ts';
import { counted } from '../time/format.ts';
import { words as de } from './de/apps.ts';

const en = {
  title: 'Apps',
  create: 'New app',
  name: 'Name',
  id: 'App ID',
  created: 'Created',
  sessions: 'Sessions',
  live: 'Live',
  actions: 'Actions',
  current: 'this one',
  look: 'Look at it',
  lookAt: (name: string) => `Look at it: ${name}`,
  none: 'This account has no app yet',
  noneMore: 'An app has meetings, presets, webhooks and a list of sessions of its own.',
  liveNow: (n: number) => `${counted(n, 'live session')} now`,
  dialog: { title: 'New app', name: 'Name', make: 'Make the app', more: 'It gets the default presets, and can be looked at by every token of the account.' },
};

export type Words = typeof en;
export const words = inLanguage<Words>({ en, de });
