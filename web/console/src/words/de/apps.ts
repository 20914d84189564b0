/** The German words of the list of apps. */
import { counted } from '../../time/format.ts';
import type { Words } from '../apps.ts';

export const words: Words = {
  title: 'Apps',
  create: 'Neue App',
  name: 'Name',
  id: 'App-ID',
  created: 'Erstellt',
  sessions: 'Sitzungen',
  live: 'Live',
  actions: 'Aktionen',
  current: 'in Ansicht',
  look: 'Ansehen',
  lookAt: (name: string) => `${name} ansehen`,
  none: 'Dieses Konto hat noch keine App',
  noneMore: 'Eine App hat eigene Meetings, Presets, Webhooks und eine eigene Liste der Sitzungen.',
  liveNow: (n: number) => `jetzt ${counted(n, 'Live-Sitzung', 'Live-Sitzungen')}`,
  dialog: { title: 'Neue App', name: 'Name', make: 'App anlegen', more: 'Sie bekommt die üblichen Presets, und jedes Token des Kontos kann sie ansehen.' },
};
