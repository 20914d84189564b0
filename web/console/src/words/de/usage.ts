/** The German words of the usage. */
import { counted, number } from '../../time/format.ts';
import type { Words } from '../usage.ts';

const each: Record<string, string> = { day: 'je Tag', week: 'je Woche', month: 'je Monat' };
const by_: Record<string, string> = { day: 'Tagen', week: 'Wochen', month: 'Monaten' };

export const words: Words = {
  title: 'Nutzung',
  presets: { '7': 'Letzte 7 Tage', '30': 'Letzte 30 Tage', month: 'Dieser Monat', 'last-month': 'Letzter Monat', year: 'Zwölf Monate und dieser' },
  from: 'Von',
  to: 'Bis',
  apply: 'Anwenden',
  by: 'Zeilen',
  bys: { day: 'Tage', week: 'Wochen', month: 'Monate' },
  one: { day: 'Tag', week: 'Woche', month: 'Monat' },
  split: 'Regel',
  splits: { start: 'Nach Beginn', midnight: 'Tageweise' },
  show: 'Die Balken zeigen',
  columns: { minutes: 'Minuten', sessions: 'Sitzungen', stays: 'Aufenthalte', people: 'Personen', peak: 'Höchstzahl' },
  csv: 'CSV',
  sum: 'Summe',
  average: 'Mittel',
  all: 'Im ganzen Zeitraum',
  perRow: (value: string, by: string) => `${value} ${each[by] ?? by}`,
  before: (value: string, change: string) => `davor ${value}${change ? `, ${change}` : ''}`,
  beforeMore: (days: number) => `davor: ${days === 1 ? 'der Tag' : `die ${number(days)} Tage`} vor dem Zeitraum`,
  hours: (hours: number) => `${number(hours)} h`,
  hoursMore: (hours: number) => `Dieser Tag hat ${counted(hours, 'Stunde', 'Stunden')}: die Uhren werden umgestellt.`,
  notCounted: 'zu viele, um zu zählen',
  noNumber: '–',
  counting: '…',
  peakMore: 'Höchstzahl: die meisten Personen zugleich in einer Sitzung.',
  peopleComing: 'Die Personen werden noch gezählt: jeder Aufenthalt des Zeitraums wird angesehen.',
  peopleMore: 'Personen zählen einmal in jeder Zeile, und einmal in der Summe.',
  rule: {
    start: 'Eine Sitzung zählt ganz dort, wo sie begann, wie in der Liste der Sitzungen.',
    midnight: 'Jede Minute zählt dort, wo sie war; eine Sitzung, wo sie begann, ein Aufenthalt, wo er begann.',
  },
  edges: {
    start: (before: string, after: string) =>
      `An den Rändern des Zeitraums zählt die andere Regel ${before} Minuten mehr (von Sitzungen, die davor begannen) und ${after} weniger (von Sitzungen, die danach weitergingen).`,
    midnight: (before: string, after: string) =>
      `An den Rändern des Zeitraums gehören ${before} Minuten zu Sitzungen, die davor begannen; die andere Regel lässt sie weg. Dafür zählt sie ${after} Minuten von Sitzungen, die danach weitergingen.`,
  },
  noEdges: 'Keine Sitzung reicht über einen Rand des Zeitraums: beide Regeln haben dieselbe Summe.',
  asOf: (time: string) => `Live-Sitzungen nach dem Stand von ${time}`,
  caption: (of: string, by: string, from: string, to: string, sum: string) => `${of} nach ${by_[by] ?? by}, ${from} bis ${to}: zusammen ${sum}`,
  most: (value: string) => `bis ${value}`,
  open: (what: string) => `Sitzungen, die da begannen: ${what}`,
  none: 'Nichts in diesem Zeitraum',
  noneMore: 'Keine Sitzung begann darin, und niemand war in einer.',
  table: 'Dieselben Zahlen als Tabelle',
  rows: (n: number) => number(n),
};
