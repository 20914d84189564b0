/** Words of the frame and the sign-in. */
import { inLanguage } from '../language.ts';
import { words as de } from './de/frame.ts';

const en = {
  live: 'Live',
  opening: 'Connecting…',
  lost: (since: string) => `Since ${since}`,
  lostLabel: 'Not connected',
  lostMore: 'What you see is of then. It goes on by itself when the server is there again.',
  asCall: 'As API call',
  asCallMore: 'The requests that this screen has made, newest first. $TOKEN is an API token.',
  zone: (name: string) => `Time zone: ${name}`,
  ownZone: 'of this browser',
  anyZone: 'Another zone',
  app: 'App',
  sessions: 'Sessions',
  attendance: 'Attendance',
  overview: 'Overview',
  people: 'People',
  usage: 'Usage',
  meetings: 'Meetings',
  webhooks: 'Webhooks',
  tokens: 'Tokens',
  apps: 'Apps',
  system: 'System',
  theme: (next: string) => `Theme: change to ${next}`,
  themes: { auto: 'that of the system', light: 'light', dark: 'dark' },
  language: 'DE: Deutsch',
  signOut: 'Sign out',
  rights: {
    read: 'may look',
    realtime: 'Realtime',
    realtime_admin: 'Realtime Admin',
    none: '',
  } as Record<string, string>,
  lookOnly: 'only looks',
  nav: 'Console',
  skip: 'To the content',
  ended: 'You were signed out: after an hour without use, after twelve hours, or with the token.',
  noServer: 'The server cannot be reached',
  answered: (status: number) => `The server answered ${status}`,
  close: 'Close',
  again: 'Try again',
  request: (id: string) => `Request ${id}.`,
  signIn: {
    title: 'Sign in',
    token: 'API token',
    only: 'Only look: change nothing, whatever the token may',
    button: 'Sign in',
    where: 'The token of the first start is in',
    whereMore: 'in the data folder; sederunt token create makes more.',
    once: 'Signing in…',
  },
};

export type Words = typeof en;
export const words = inLanguage<Words>({ en, de });
