// Rounds of everything that `restart.test.mjs` does once: how often and how soon do people hear and see each other again?
// Not part of the test run: it takes minutes a round. `node restart.mjs [rounds] [words of a row …]`
import os from 'node:os';
import { startBrowser } from './lib/browser.mjs';
import { startPair } from './lib/pair.mjs';

const rounds = Number(process.argv[2] ?? 20);
const words = process.argv.slice(3);
const GRACE_SECS = 3;

const after = (s) => [`network away for the grace + ${s} s`, (two) => two.lose(GRACE_SECS + s)];
const away = (s) => [`network away for ${s} s`, (two) => two.lose(s)];
const PAIRS = [
  ['server', {}, [['SIGKILL, start at once', (two) => two.kill()], ['SIGTERM, start at once', (two) => two.stop()], ['SIGKILL, start after 3 s', (two) => two.kill(3_000)]]],
  ['UDP alive', {}, [2, 6, 15].map(away)],
  ['UDP dead', { udp: 'relay' }, [2, 6, 15].map(away)],
  ['UDP alive', { graceSecs: GRACE_SECS }, [1, 3, 6].map(after)],
  ['UDP dead', { graceSecs: GRACE_SECS, udp: 'relay' }, [1, 3, 6].map(after)],
];

const table = new Map();
for (let round = 1; round <= rounds; round++) {
  for (const [kind, options, steps] of PAIRS) {
    const wanted = steps.map(([what, step]) => [`${what}${kind === 'server' ? '' : `, ${kind}`}`, step]);
    const chosen = wanted.filter(([what]) => words.every((word) => what.includes(word)));
    if (!chosen.length) continue;
    const chromium = await startBrowser();
    let two;
    try {
      // Each row with people of its own, so that one that fails costs no other.
      for (const [what, step] of chosen) {
        const row = table.get(what) ?? { good: [], bad: 0 };
        table.set(what, row);
        try {
          two = await startPair(chromium, `restart-${what.replaceAll(/\W+/g, '-')}`, options);
          row.good.push((await step(two)).seconds);
          console.log(`round ${round}: ${what}: ${row.good.at(-1).toFixed(1)} s`);
        } catch (error) {
          row.bad += 1;
          console.log(`round ${round}: ${what}: FAILED: ${error.message}`);
        } finally {
          await two?.close().catch((error) => console.log(`  closing: ${error.message}`));
        }
      }
    } finally {
      await chromium.close();
    }
  }
}

// The nearest rank: of twenty the p95 is the nineteenth.
const at = (sorted, share) => sorted[Math.ceil(sorted.length * share) - 1]?.toFixed(1) ?? '–';
console.log(`\nload ${os.loadavg().map((l) => l.toFixed(1)).join(' ')} on ${os.cpus().length} cores at the end`);
console.log('| | again | median s | p95 s |\n|---|---:|---:|---:|');
for (const [what, { good, bad }] of table) {
  good.sort((a, b) => a - b);
  console.log(`| ${what} | ${good.length} of ${good.length + bad} | ${at(good, 0.5)} | ${at(good, 0.95)} |`);
}
process.exitCode = [...table.values()].some((row) => row.bad) ? 1 : 0;
