/**
 * What losses do to sound and picture: two people in one call behind one relay. Down, side by side: alice is offered
 * redundancy by the server, the page of dave hides it from his client, which then gets plain Opus. Up there is no such
 * pair: a publisher who is asked repeats; what is heard of both is held against what the line has lost.
 */
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { addParticipant, makeMeeting } from './api.mjs';
import { openBare, playing } from './bare.mjs';
import { udpPath } from './path.mjs';
import { startServer } from './server.mjs';
import { until } from './until.mjs';

const PLAIN = fileURLToPath(new URL('../page/plain.js', import.meta.url));
const HZ = 48_000;
/** A little unevenness, each way, beside the delay. */
const JITTER_MS = 10;
/** Two reports of a browser on sound, which come every 2.5 to 7.5 s, and one that was under way. */
const REPORTS_MS = 40_000;

/** `delayMs`: of each way. A round trip of 50 ms, if nothing else is said. */
export async function startLossy(chromium, name, { delayMs = 20 } = {}) {
  const line = { delayMs, jitterMs: JITTER_MS };
  const relay = await udpPath();
  const server = await startServer(name, { args: relay.args, media: relay.media });
  const meeting = await makeMeeting(server, name);
  const people = {};
  for (const who of ['alice', 'dave']) {
    people[who] = await chromium.person(who);
    if (who === 'dave') await people[who].context.addInitScript({ path: PLAIN });
    await openBare(people[who], server.page, (await addParticipant(server, meeting, who)).token);
  }
  const both = Object.values(people);
  await Promise.all(both.map((person) => playing(person, { video: 1, audio: 1 })));
  for (const way of [relay.up, relay.down]) way.rule = line;

  /** Sums of what a person has played so far. */
  async function played(person) {
    const streams = await person.page.evaluate(() => window.__probe.incoming());
    const sum = (kind, key) => streams.filter((s) => s.kind === kind).reduce((total, s) => total + s[key], 0);
    const sound = (key) => sum('audio', key);
    return { samples: sound('samples'), concealed: sound('concealed'), packets: sound('packets'), lost: sound('lost'), frames: sum('video', 'frames'), at: performance.now() };
  }

  /** What alice and dave play while `seconds` of sound go by: shares of sound that was invented and that never came, pictures a second. */
  async function listen(seconds) {
    const before = await Promise.all(both.map(played));
    await until(
      `${seconds} s of sound`,
      async () => (await Promise.all(both.map(played))).every((now, i) => now.samples - before[i].samples >= seconds * HZ),
      seconds * 2_000 + 20_000,
    );
    return (await Promise.all(both.map(played))).map((now, i) => ({
      concealed: (now.concealed - before[i].concealed) / (now.samples - before[i].samples),
      missing: (now.lost - before[i].lost) / (now.lost - before[i].lost + now.packets - before[i].packets),
      fps: ((now.frames - before[i].frames) * 1_000) / (now.at - before[i].at),
    }));
  }

  const mean = (heard, key) => (heard[0][key] + heard[1][key]) / 2;

  async function metric(what) {
    const text = await (await fetch(`${server.metrics}/metrics`)).text();
    return Number(new RegExp(`^sederunt_${what} (\\S+)$`, 'm').exec(text)?.[1]);
  }

  return {
    server,
    metric,
    errors: () => both.flatMap(({ errors }) => errors),
    /** Without losses: what is invented then is this machine's doing. */
    async clean(seconds) {
      const heard = await listen(seconds);
      return { concealed: mean(heard, 'concealed'), fps: mean(heard, 'fps') };
    },
    /** Both hear through a bad line: with redundancy, once alice's client has reported, and without. */
    async down(loss, seconds) {
      relay.down.rule = { ...line, loss };
      await until('redundancy', async () => (await metric('media_redundant_subscribers')) === 1, REPORTS_MS);
      const [alice, dave] = await listen(seconds);
      relay.down.rule = line;
      return { concealed: alice.concealed, fps: (alice.fps + dave.fps) / 2, without: dave.concealed };
    },
    /** Both speak through a bad line. */
    async up(loss, seconds) {
      relay.up.rule = { ...line, loss };
      const heard = await listen(seconds);
      relay.up.rule = line;
      return { concealed: mean(heard, 'concealed'), missing: mean(heard, 'missing'), fps: mean(heard, 'fps') };
    },
    async close() {
      for (const { context } of both) await context.close();
      await server.stop();
      await relay.close();
    },
  };
}
