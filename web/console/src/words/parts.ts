/** Words of what several screens are made of. */
import { inLanguage } from '../language.ts';
import { words as de } from './de/parts.ts';

const en = {
  cancel: 'Cancel',
  close: 'Close',
  copy: 'Copy',
  copied: 'Copied',
  copyThe: (what: string, id: string) => `Copy the ${what}: ${id}`,
  idCopied: 'copied',
  done: 'Done',
  qr: 'QR code for a phone',
  qrMore: 'To open it on a phone, point its camera here.',
  loading: 'Loading',
  pages: 'Pages',
  previous: 'Previous',
  next: 'Next',
  to: 'to',
  of: 'of',
  never: 'never',
  none: '–',
};

export type Words = typeof en;
export const words = inLanguage<Words>({ en, de });
