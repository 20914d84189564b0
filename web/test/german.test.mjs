// The console in a browser whose language is German: a page of its own, because the language is chosen once.
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { test } from 'node:test';

const root = { lang: 'en' };
globalThis.document = { documentElement: root };
globalThis.localStorage = { getItem: () => null };
Object.defineProperty(globalThis, 'navigator', { value: { languages: ['de-AT', 'en'] }, configurable: true });
const pure = '../out/pure/console/src';
const format = await import(`${pure}/time/format.js`);

test('every screen takes its German words', async () => {
  assert.equal(root.lang, 'de');
  const names = readdirSync(new URL(`${pure}/words/de`, import.meta.url)).filter((name) => name.endsWith('.js'));
  assert.ok(names.length > 10, names.join(' '));
  for (const name of names) {
    const [chosen, german] = await Promise.all([import(`${pure}/words/${name}`), import(`${pure}/words/de/${name}`)]);
    assert.equal(chosen.words, german.words, name);
  }
});

test('numbers, dates and lists are written as in German', async () => {
  const at = Date.UTC(2026, 2, 7, 14, 3, 12, 407);
  assert.equal(format.number(10_000_000), '10.000.000');
  assert.equal(format.minutes(1234.56), '1.234,5');
  assert.equal(format.decimals(0.0625), '0,0625');
  assert.equal(format.rate(0.1278), '0,13');
  assert.equal(format.dateTime(at, 'Europe/Berlin'), '07. März 2026 15:03:12');
  assert.equal(format.longDate(at, 'UTC'), 'Sa 07. März 2026');
  assert.equal(format.exactTime(at, 'UTC'), '14:03:12,407');
  assert.deepEqual(format.weekdayNames(), ['Mo', 'Di', 'Mi', 'Do', 'Fr', 'Sa', 'So']);
  assert.equal(format.list(['Ada', 'Ben', 'Cy']), 'Ada, Ben und Cy');
  assert.deepEqual(['Zoe', 'Özil', 'Ada'].sort(format.byName), ['Ada', 'Özil', 'Zoe']);
  const { words } = await import(`${pure}/words/attendance.js`);
  assert.match(words.ruleTold(90, words.gaps(0), words.lates(86_400), true, false, ['host', 'guest']), /Lücken zwischen .* nicht · niemand ist verspätet · .* · ausgenommen: host und guest$/);
  const { bytes } = await import(`${pure}/screens/system/figures.js`);
  assert.deepEqual([bytes(512), bytes(1_500_000)], ['512 Bytes', '1,4 MiB']);
});
