/** The German words of what several screens are made of. */
import type { Words } from '../parts.ts';

export const words: Words = {
  cancel: 'Abbrechen',
  close: 'Schließen',
  copy: 'Kopieren',
  copied: 'Kopiert',
  copyThe: (what: string, id: string) => `${what} kopieren: ${id}`,
  idCopied: 'kopiert',
  done: 'Fertig',
  qr: 'QR-Code für ein Telefon',
  qrMore: 'Zum Öffnen auf einem Telefon die Kamera darauf richten.',
  loading: 'Lädt',
  pages: 'Seiten',
  previous: 'Zurück',
  next: 'Weiter',
  to: 'bis',
  of: 'von',
  never: 'nie',
  none: '–',
};
