// What losses do to sound and picture, in calls with the official client. Not part of the test run: it takes minutes.
// `node loss.mjs [seconds of a window] [rounds] [milliseconds of each way] [percent …] [up] [down]`. With `SEDERUNT=path` of a
// server that knows no redundancy, `up` alone.
import os from 'node:os';
import { startBrowser } from './lib/browser.mjs';
import { startLossy } from './lib/loss.mjs';

const seconds = Number(process.argv[2] ?? 30);
const rounds = Number(process.argv[3] ?? 3);
const delayMs = Number(process.argv[4] ?? 20);
const rest = process.argv.slice(5);
const given = rest.map(Number).filter((percent) => percent > 0);
const losses = given.length ? given : [5, 10, 20];
const named = ['up', 'down'].filter((way) => rest.includes(way));
const ways = named.length ? named : ['up', 'down'];

const percent = (share) => `${(share * 100).toFixed(2)} %`;
const mean = (list) => list.reduce((sum, x) => sum + x, 0) / list.length;
const table = new Map();
const note = (row, found) => table.set(row, [...(table.get(row) ?? []), found]);

const chromium = await startBrowser();
try {
  for (let round = 1; round <= rounds; round++) {
    for (const loss of losses) {
      // Each in a call of its own: redundancy stays on for a minute.
      const call = await startLossy(chromium, `loss-${loss}`, { delayMs });
      const clean = await call.clean(seconds);
      console.log(`round ${round}: no loss: ${percent(clean.concealed)}`);
      note('none', { concealed: clean.concealed, without: 0, frames: 1 });
      for (const way of ways) {
        const { concealed, without = loss / 100, fps } = await call[way](loss / 100, seconds);
        note(`${loss} % ${way}`, { concealed, without, frames: fps / clean.fps });
        console.log(`round ${round}: ${loss} % ${way}: ${percent(concealed)} of ${percent(without)}`);
      }
      await call.close();
    }
  }
} finally {
  await chromium.close();
}
console.log(`\nload ${os.loadavg().map((l) => l.toFixed(1)).join(' ')} on ${os.cpus().length} cores at the end`);
console.log('| Packets lost | sound invented: each round | mean | lost (up) or invented without redundancy (down) | ratio | pictures, of those without loss |\n|---|---|---:|---:|---:|---:|');
for (const [row, found] of table) {
  const [concealed, without, frames] = ['concealed', 'without', 'frames'].map((key) => mean(found.map((f) => f[key])));
  const each = found.map((f) => percent(f.concealed)).join(' · ');
  console.log(`| ${row} | ${each} | ${percent(concealed)} | ${percent(without)} | ${without ? (concealed / without).toFixed(2) : '–'} | ${frames.toFixed(2)} |`);
}
