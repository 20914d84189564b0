/** Words of the people and of one person. */
import { inLanguage } from '../language.ts';
import { counted, list, number } from '../time/format.ts';
import { words as de } from './de/people.ts';

const en = {
  title: 'People',
  search: 'Name or own ID',
  searchLabel: 'Search people by a part of the name or of the own ID',
  columns: { name: 'Name', own: 'Own ID', stays: 'Stays', last: 'Last join' },
  none: 'Nobody was in a session of this app yet',
  noneMore: 'Whoever joins one is here at once.',
  noneFound: 'Nobody of this name or ID',
  noneFoundMore: 'Names are in the rows of stays; erased ones cannot be found. A participant is found by the whole ID, too.',
  clear: 'Clear',
  notAll: (n: number) => `Those who came last were looked at, of more than ${number(n)} people.`,
  making: 'It goes on by itself.',
  page: (from: number, to: number, all: number) => `${number(from)}–${number(to)} of ${number(all)}`,
  previous: 'Previous',
  next: 'Next',
  pages: 'Pages',
  unnamed: 'Without a name',
  erased: 'erased',
  missing: 'Nobody was in a session of this app by this ID',
  back: 'To the people',
  otherIds: (own: string) => `These are the stays of one participant. All stays of ${own}`,
  figures: { minutes: 'Minutes', sessions: 'Sessions', stays: 'Stays', lost: 'Connections lost', first: 'First join', last: 'Last join' },
  names: (names: readonly string[]) => `also ${list(names)}`,
  open: 'in a session now',
  perHour: (n: string) => `${n} an hour of presence`,
  beside: (own: string, median: string) => `${own}; median of the app ${median}`,
  perSession: (n: string) => `${n} a session`,
  perStay: (n: string) => `${n} a stay`,
  notAllStays: (n: number) => `Counted are the ${number(n)} stays that were recorded last; there are more.`,
  presence: 'Days of presence',
  presenceCaption: (days: number, from: string, to: string) => `${counted(days, 'day')} of presence from ${from} to ${to}`,
  less: 'less',
  more: 'more',
  table: 'As a table',
  day: 'Day',
  minutes: 'Minutes',
  stays: 'Stays',
  list: 'All stays',
  stayColumns: { session: 'Session', joined: 'Joined', left: 'Left', minutes: 'Minutes', end: 'End', name: 'Name then', preset: 'Preset' },
  now: 'now',
  stillOpen: 'Still in the room',
  untitled: 'Without a title',
};

export type Words = typeof en;
export const words = inLanguage<Words>({ en, de });
