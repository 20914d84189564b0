/** Words of "go to", and what the keys do. */
import { inLanguage } from '../language.ts';
import { words as de } from './de/goto.ts';

const en = {
  title: 'Go to',
  placeholder: 'Page, title, meeting ID, session ID',
  untitled: 'Without a title',
  live: 'Live',
  meeting: 'Meeting',
  none: 'No page, session or meeting has this',
  keys: 'Keys',
  all: [
    ['Ctrl K', 'go to a page, session or meeting'],
    ['/', 'search the list'],
    ['↑ ↓ PgUp PgDn Home End', 'move in a list'],
    ['Enter', 'open the row'],
    ['Shift F10', 'what can be done with the row'],
    ['+ − 0 ← →', 'zoom and move in a timeline'],
    ['Esc', 'close what is open'],
  ] as [string, string][],
};

export type Words = typeof en;
export const words = inLanguage<Words>({ en, de });
