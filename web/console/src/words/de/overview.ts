/** The German words of the overview. */
import { counted, number, spoken } from '../../time/format.ts';
import type { Words } from '../overview.ts';

export const words: Words = {
  title: 'Übersicht',
  live: 'Live-Sitzungen',
  people: (n: number) => `${counted(n, 'Person', 'Personen')} darin`,
  minutes: 'Minuten heute',
  minutesBefore: (day: string, value: string) => `${day}: ${value} am ganzen Tag`,
  joins: 'Eintritte je Minute',
  joinsMore: (n: number) => `in der letzten vollen Minute; ${number(n)} in 60`,
  lost: 'Abbrüche',
  lostMore: 'endgültig, in 60 Minuten',
  minutesTitle: 'Ein- und Austritte, Minute für Minute',
  caption: (joins: number, leaves: number, lost: number) =>
    `In 60 Minuten ${counted(joins, 'Eintritt', 'Eintritte')}, ${counted(leaves, 'Austritt', 'Austritte')}, davon ${number(lost)} durch verlorene Verbindung.`,
  legend: { joins: 'Eintritte, oben', leaves: 'Austritte, unten', lost: 'davon Abbrüche' },
  table: 'Als Tabelle',
  columns: { from: 'Minute', joins: 'Eintritte', leaves: 'Austritte', lost: 'Abbrüche', people: 'Personen', sessions: 'Sitzungen' },
  sum: 'Summe',
  look: 'Auffälliges',
  nothing: (time: string) => `Nichts. Zuletzt geprüft ${time}.`,
  how: 'Nach welchen Regeln',
  rules: (least: number, share: string, long: string, empty: string, behind: string, failed: string) => [
    `Eine Live-Sitzung: mindestens ${number(least)} Verbindungen, und mehr als ${share} ihrer Personen, gingen binnen fünf Minuten endgültig verloren.`,
    `Eine Live-Sitzung: niemand ist darin, und seit ${empty} ist nichts geschehen.`,
    `Eine Live-Sitzung: sie dauert länger als ${long}.`,
    `Ein Webhook: der Empfänger ist gestört oder wurde aufgegeben; oder mehr als ${failed} der Versuche der letzten Stunde schlugen fehl; oder er ist mehr als ${behind} im Rückstand.`,
    'Was ausgeschaltet ist, wird nicht geprüft. Platte, Zertifikat und Ledger prüfen die Metriken des Servers.',
  ],
  found: {
    lost: (lost: number, of: number) => `${number(lost)} von ${counted(of, 'Person', 'Personen')} in fünf Minuten verloren`,
    long: (ms: number) => `Live seit ${spoken(ms)}`,
    empty: (ms: number) => `Live, und seit ${spoken(ms)} ist niemand darin`,
    hook_down: () => 'Der Empfänger ist gestört; nichts geht verloren, alles wartet',
    hook_failing: (n: number) => `${counted(n, 'Versuch schlug', 'Versuche schlugen')} in der letzten Stunde fehl`,
    hook_behind: (n: number) => `${spoken(n * 1000)} im Rückstand`,
  },
  hooksUnknown: 'Der Stand der Webhooks war nicht zu erfahren.',
  webhook: 'Webhook',
  largest: 'Größte Live-Sitzungen',
  largestColumns: { title: 'Sitzung', people: 'Personen', length: 'Live seit', minutes: 'Minuten' },
  all: 'Alle Live-Sitzungen',
  nobody: 'Keine Sitzung ist live.',
  untitled: 'Ohne Titel',
  unknown: '–',
};
