/** Words of tokens and sign-ins. */
import { inLanguage } from '../language.ts';
import { counted } from '../time/format.ts';
import { words as de } from './de/tokens.ts';

const en = {
  title: 'Tokens',
  create: 'New token',
  name: 'Name',
  right: 'Right',
  app: 'App',
  id: 'ID',
  created: 'Created',
  used: 'Last used',
  usedMore: 'The day, in UTC',
  open: 'Open now',
  state: 'State',
  own: 'this sign-in',
  server: 'Server',
  valid: 'valid',
  revokedAt: (at: string) => `revoked ${at}`,
  actions: 'Actions',
  rights: { none: 'Pagecall only', realtime: 'Realtime', realtime_admin: 'Realtime Admin' } as Record<string, string>,
  rightsMore: {
    realtime: 'Read everything, add participants, make links',
    realtime_admin: 'Everything in the account',
    none: 'Only the workspace of its app, by the Pagecall API',
  } as Record<string, string>,
  showRevoked: (n: number) => `Show ${counted(n, 'revoked token')}`,
  hideRevoked: 'Hide revoked tokens',
  openOf: (signIns: number, feeds: number) =>
    [signIns > 0 && counted(signIns, 'sign-in'), feeds > 0 && counted(feeds, 'feed')].filter(Boolean).join(', '),
  looks: 'You are signed in to look. Tokens are made and revoked by a sign-in with all rights of the account.',
  none: 'No token',
  noneMore: 'A token lets a program or a person in.',
  dialog: {
    title: 'New token',
    name: 'Name',
    nameHint: 'Who or what will use it',
    right: 'What it may do',
    app: 'App for the Pagecall API',
    noApp: 'None',
    server: 'May also see the server itself: ledger, disk and settings',
    make: 'Make the token',
  },
  once: {
    title: (name: string) => `Token “${name}”`,
    label: 'The token',
    more: 'Shown this once: the server keeps only its hash. Whoever has it may do what it may.',
  },
  revoke: {
    button: (name: string) => `Revoke ${name}`,
    short: 'Revoke…',
    title: (name: string) => `Revoke the token “${name}”?`,
    effects: (signIns: number, feeds: number, own: boolean) => [
      'Every request with it is refused from now on. It cannot be made valid again.',
      signIns ? `${counted(signIns, 'sign-in')} at the console ${signIns === 1 ? 'ends' : 'end'} at once${own ? ', yours too' : ''}.` : 'Nobody is signed in with it.',
      feeds ? `${counted(feeds, 'live feed')} ${feeds === 1 ? 'ends' : 'end'} within 15 seconds.` : 'No live feed is open with it.',
      'Meetings go on, and links that were made with it stay good.',
    ],
  },
  signIns: {
    title: 'Signed in at the console',
    browser: 'Browser',
    unknown: 'not known',
    token: 'Token',
    since: 'Since',
    seen: 'Last seen',
    until: 'Ends',
    looks: 'only looks',
    here: 'this browser',
    out: 'Sign out…',
    outOf: (browser: string) => `Sign out ${browser}`,
    ask: (browser: string) => `Sign out ${browser}?`,
    effects: (name: string) => [
      'It has to sign in again, and its live view ends within 15 seconds.',
      `The token “${name}” stays valid: whoever has it can sign in again.`,
    ],
  },
};

export type Words = typeof en;
export const words = inLanguage<Words>({ en, de });
