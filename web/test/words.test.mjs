// What the console says: every string is in one place, and in every language. `npm test` compiles the words into out/pure first.
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { spokenOf } from '../out/pure/console/src/language.js';

const source = fileURLToPath(new URL('../console/src/', import.meta.url));
const screens = readdirSync(`${source}words`).filter((name) => name.endsWith('.ts')).map((name) => name.slice(0, -3));

/** The shape of words: names, what kind of thing each is, how many values it takes. */
function shape(value) {
  if (typeof value === 'function') return `of ${value.length}`;
  if (Array.isArray(value)) return value.map(shape);
  if (typeof value !== 'object') return typeof value;
  return Object.fromEntries(Object.entries(value).sort().map(([name, inner]) => [name, shape(inner)]));
}

test('there are words of every screen in both languages, and for the same things', async () => {
  assert.deepEqual(readdirSync(`${source}words/de`).sort(), screens.map((name) => `${name}.ts`).sort());
  for (const screen of screens) {
    const [english, german] = await Promise.all(['', 'de/'].map((at) => import(`../out/pure/console/src/words/${at}${screen}.js`)));
    assert.notEqual(english.words, german.words);
    assert.deepEqual(shape(german.words), shape(english.words), screen);
  }
});

test('no screen has words of its own', () => {
  const own = [];
  for (const name of readdirSync(source, { recursive: true }).filter((name) => name.endsWith('.tsx'))) {
    const text = readFileSync(source + name, 'utf8').replaceAll(/\/\*[^]*?\*\/|\/\/.*/g, '');
    for (const [, said] of text.matchAll(/>([^<>{}()=;]*[A-Za-z]{2}[^<>{}()=;]*)<\//g)) own.push(`${name}: ${said.trim()}`);
    for (const [, said] of text.matchAll(/\b(?:aria-label|title|placeholder|alt|what|label|more)="([^"]*[A-Za-z][^"]*)"/g)) own.push(`${name}: ${said}`);
    for (const [, said] of text.matchAll(/\b(?:aria-label|title|placeholder|alt|what|label|more)=\{`([^`]*)`\}/g)) {
      if (/[A-Za-z]{2}/.test(said.replaceAll(/\$\{[^}]*\}/g, ''))) own.push(`${name}: ${said}`);
    }
  }
  // The product, its files, its commands and the world's time have the same name everywhere.
  assert.deepEqual(own.filter((one) => !/: (Sederunt|first-run\.json|sederunt [a-z]+ .*|UTC)$/.test(one)), []);
});

test('numbers, dates, lists and the order of names are those of the language of the page', () => {
  const own = [];
  for (const name of readdirSync(source, { recursive: true }).filter((name) => /\.tsx?$/.test(name) && !/^(?:time|api)\//.test(name))) {
    const text = readFileSync(source + name, 'utf8').replaceAll(/\/\*[^]*?\*\/|\/\/.*/g, '');
    for (const [said] of text.matchAll(/\bIntl\.\w+|\btoLocale\w*|\blocaleCompare\b|'en-\w+'/g)) own.push(`${name}: ${said}`);
  }
  assert.deepEqual(own, []);
});

test('the language of the page is the first that it speaks', () => {
  assert.equal(spokenOf(['', 'ko-KR', 'de-AT', 'en-US']), 'de');
  assert.equal(spokenOf(['en-GB', 'de']), 'en');
  assert.equal(spokenOf(['fr']), 'en');
  assert.equal(spokenOf(['toString']), 'en');
});
