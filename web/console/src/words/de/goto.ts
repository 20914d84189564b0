/** The German words of "go to", and what the keys do. */
import type { Words } from '../goto.ts';

export const words: Words = {
  title: 'Gehe zu',
  placeholder: 'Seite, Titel, Meeting-ID, Sitzungs-ID',
  untitled: 'Ohne Titel',
  live: 'Live',
  meeting: 'Meeting',
  none: 'Keine Seite, keine Sitzung, kein Meeting heißt so',
  keys: 'Tasten',
  all: [
    ['Strg K', 'zu Seite, Sitzung oder Meeting gehen'],
    ['/', 'die Liste durchsuchen'],
    ['↑ ↓ Bild↑ Bild↓ Pos1 Ende', 'in einer Liste bewegen'],
    ['Eingabe', 'die Zeile öffnen'],
    ['Umschalt F10', 'was sich mit der Zeile tun lässt'],
    ['+ − 0 ← →', 'in einer Zeitleiste zoomen und bewegen'],
    ['Esc', 'schließen, was offen ist'],
  ],
};
