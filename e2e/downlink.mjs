// What a narrow line does to sound and picture of who is behind it, in a call with the official client. Not part of the test run:
// it takes minutes. `node downlink.mjs [seconds of a window] [rounds] [kbit/s …]`; `SEDERUNT=path` for another server, so that
// two can be compared. The last part is a line that falls to a third and comes back.
import os from 'node:os';
import { fileURLToPath } from 'node:url';
import { NEEDS, startNarrow } from './lib/downlink.mjs';
import { again, canMake, isInside } from './lib/namespace.mjs';

const seconds = Number(process.argv[2] ?? 10);
const rounds = Number(process.argv[3] ?? 2);
const given = process.argv.slice(4).map(Number);
const rates = given.length ? given : [0, 3_000, 2_000, 1_000, 500, 250];
/** Between a change of the rate and the window. */
const SETTLE_S = 8;
const FALL = [2_400, 800];

const percent = (share) => `${(share * 100).toFixed(1)} %`;
const name = (kbps) => (kbps ? `${kbps} kbit/s` : 'free');
const rows = new Map();
const note = (row, seen) => {
  rows.set(row, [...(rows.get(row) ?? []), seen]);
  console.log(`${row}: ${seen.fps.toFixed(1)} pictures a second (${seen.moving} move), ${percent(seen.concealed)} invented, ${seen.kbps.toFixed(0)} kbit/s`);
};

/** Seconds from a change until a condition holds, in windows of a second, and goes on to hold to the end. */
function since(windows, holds) {
  const last = windows.findLastIndex((seen) => !holds(seen));
  return last + 1 < windows.length ? windows.slice(0, last + 1).reduce((sum, w) => sum + w.seconds, 0).toFixed(0) : 'never';
}

async function fall(call, all) {
  call.rate(FALL[0]);
  await call.watch(20);
  for (const kbps of [FALL[1], FALL[0]]) {
    call.rate(kbps);
    const windows = [];
    while (windows.length < 20) windows.push(await call.watch(1));
    const pictures = (share) => since(windows, ({ fps }) => fps >= all * share);
    console.log(`${kbps} kbit/s after the change: sound below 1 % invented after ${since(windows, ({ concealed }) => concealed < 0.01)} s, half of the pictures after ${pictures(0.5)} s, all but a tenth after ${pictures(0.9)} s, ${windows.at(-1).kbps.toFixed(0)} kbit/s in the end`);
  }
}

async function main() {
  for (let round = 1; round <= rounds; round++) {
    const call = await startNarrow('downlink-table');
    try {
      let all;
      for (const kbps of rates) {
        call.rate(kbps);
        await call.watch(SETTLE_S);
        const seen = await call.watch(seconds);
        all ??= seen.fps;
        note(name(kbps), seen);
      }
      await fall(call, all);
    } finally {
      await call.close();
    }
  }
  console.log(`\nload ${os.loadavg().map((l) => l.toFixed(1)).join(' ')} on ${os.cpus().length} cores at the end`);
  console.log('| Line | pictures a second | that move | sound invented | kbit/s |\n|---|---|---|---|---|');
  for (const [row, found] of rows) {
    const each = (show) => found.map(show).join(' · ');
    console.log(`| ${row} | ${each((f) => f.fps.toFixed(1))} | ${each((f) => f.moving)} | ${each((f) => percent(f.concealed))} | ${each((f) => f.kbps.toFixed(0))} |`);
  }
}

process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0'; // its certificate is its own
if (!isInside() && canMake(NEEDS)) process.exitCode = await again(fileURLToPath(import.meta.url), process.argv.slice(2));
else await main();
