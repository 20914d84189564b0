// Restarts and short losses: two people in a call see and hear each other again by themselves, with microphone, camera and
// screen as they were, and the record is right. Several pairs at a time, each on a server of its own.
import { after, before, test } from 'node:test';
import { startBrowser } from './lib/browser.mjs';
import { startPair } from './lib/pair.mjs';

/** Short, so that little of the test is waiting for it; the client itself waits for 3 s before it comes back. */
const SHORT_GRACE_SECS = 3;

let chromium;

before(async () => {
  chromium = await startBrowser();
});

after(async () => {
  await chromium?.close();
});

async function pair(t, name, options, steps) {
  const two = await startPair(chromium, name, options);
  try {
    for (const [what, step] of steps) await t.test(`${name}: ${what}`, () => step(two));
  } finally {
    await two.close();
  }
}

const losses = (...seconds) => seconds.map((s) => [`network away for ${s} s`, (two) => two.lose(s)]);
const graces = (...seconds) => losses(...seconds.map((s) => SHORT_GRACE_SECS + s));

test('the server is killed, and stopped', { concurrency: true }, async (t) => {
  await Promise.all([
    pair(t, 'restarts', {}, [
      ['SIGKILL', (two) => two.kill()],
      ['SIGTERM', (two) => two.stop()],
      ['SIGKILL, away for 3 s', (two) => two.kill(3_000)],
    ]),
    pair(t, 'muted-restarts', { muted: true }, [
      ['SIGTERM, away for 2 s', (two) => two.stop(2_000)],
      ['SIGKILL', (two) => two.kill()],
      ['unmuted', (two) => two.unmute()],
    ]),
  ]);
});

test('the network is away for less than the grace', { concurrency: true }, async (t) => {
  await Promise.all([
    pair(t, 'short-alive', {}, losses(2, 6, 15)),
    pair(t, 'short-dead', { udp: 'relay', muted: true }, [...losses(2, 6, 15), ['unmuted', (two) => two.unmute()]]),
  ]);
});

test('the network comes back after the grace', { concurrency: true }, async (t) => {
  await Promise.all([
    pair(t, 'late-alive', { graceSecs: SHORT_GRACE_SECS }, graces(1, 3, 6)),
    pair(t, 'late-dead', { graceSecs: SHORT_GRACE_SECS, udp: 'relay', muted: true }, graces(1, 3, 6)),
  ]);
});
