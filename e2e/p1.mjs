// Rounds of four pages, all to all: every one of the twelve pictures must start, in every round. Not part of the test
// run: it takes minutes. `node p1.mjs [rounds]`
import { addParticipant, makeMeeting } from './lib/api.mjs';
import { openBare, playing } from './lib/bare.mjs';
import { startBrowser } from './lib/browser.mjs';
import { startServer } from './lib/server.mjs';

const rounds = Number(process.argv[2] ?? 20);
const NAMES = ['alice', 'bob', 'carol', 'dave'];
/** From the last join until all twelve are seen to be decoded. */
const DEADLINE_MS = 30_000;

const server = await startServer('p1');
const chromium = await startBrowser();
const took = [];
let started = 0;
let full = 0;
try {
  for (let round = 1; round <= rounds; round++) {
    const meeting = await makeMeeting(server, `round ${round}`);
    const people = await Promise.all(NAMES.map((name) => chromium.person(name)));
    const tokens = await Promise.all(NAMES.map((name) => addParticipant(server, meeting, name)));
    const from = Date.now();
    // All at once: the worst case for key frames asked for and put off.
    await Promise.all(people.map((person, i) => openBare(person, server.page, tokens[i].token)));
    const joined = Date.now();
    const plays = await Promise.allSettled(people.map((person) => playing(person, { video: 3, audio: 3 }, DEADLINE_MS)));
    const sum = plays.reduce((total, play) => total + (play.status === 'fulfilled' ? 3 : (play.reason.cause?.seen?.video ?? 0)), 0);
    started += sum;
    full += sum === 12 ? 1 : 0;
    took.push(Date.now() - from);
    console.log(`round ${round}: ${sum}/12 after ${((Date.now() - from) / 1000).toFixed(1)} s (joined ${((joined - from) / 1000).toFixed(1)} s)`);
    for (const { reason } of plays.filter((p) => p.status === 'rejected')) console.log(`  ${reason.message}`);
    await Promise.all(people.map((person) => person.context.close()));
  }
} finally {
  await chromium.close();
  await server.stop();
}
took.sort((a, b) => a - b);
console.log(`P1: ${full}/${rounds} rounds with 12/12, ${started}/${rounds * 12} streams, median ${(took[Math.floor(took.length / 2)] / 1000).toFixed(1)} s from first join to all decoded`);
process.exitCode = full === rounds ? 0 : 1;
