/**
 * A page with nothing but the unmodified `@cloudflare/realtimekit` bundle of npm and the meeting page's shim.
 * It is put in front of the server's own origin by the browser, so the server need not know about it.
 */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { until } from './until.mjs';

const here = path.dirname(fileURLToPath(import.meta.url));
const root = path.resolve(here, '../..');
const require = createRequire(import.meta.url);
const typescript = createRequire(path.join(root, 'web/package.json'))('typescript');

const PREFIX = '/e2e/';
const JS = 'text/javascript';

/** A module of the meeting page, as JavaScript. */
async function ofPage(name) {
  const source = await readFile(path.join(root, 'web/src', `${name}.ts`), 'utf8');
  const { outputText } = typescript.transpileModule(source, { compilerOptions: { target: 'ES2022', module: 'ESNext' } });
  return outputText.replaceAll(/'\.\/(\w+)\.ts'/g, "'./$1.js'");
}

let served;
function files() {
  served ??= (async () => ({
    'bare.html': ['text/html', await readFile(path.join(here, '../page/bare.html'))],
    'shim.js': [JS, await ofPage('shim')],
    'hosts.js': [JS, await ofPage('hosts')],
    'browser.js': [JS, await readFile(require.resolve('@cloudflare/realtimekit/inlined'))],
  }))();
  return served;
}

/** Opens the bare page for `person` and connects with `token`; `join` also enters the room. */
export async function openBare(person, base, token, { join = true, options = {} } = {}) {
  await person.serve(`${base}${PREFIX}`, await files());
  await person.page.goto(`${base}${PREFIX}bare.html`);
  await person.page.waitForFunction(() => window.ready_ === true);
  await person.page.evaluate(([t, o]) => window.open_(t, o), [token, options]);
  if (join) await person.page.evaluate(() => window.meeting.join());
}

/** The id that the client gave itself: the peer id. */
export const peerId = (person) => person.page.evaluate(() => window.meeting.self.id);

/** Names of the others as the client sees them, sorted. */
export const others = (person) =>
  person.page.evaluate(() => window.meeting.participants.joined.toArray().map((p) => p.name).sort());

const incoming = (person) => person.page.evaluate(() => window.__probe.incoming());

/** Growth that shows that a stream is really played, not just received once. */
const MORE = { video: 8, audio: 9_600 };
const played = (s) => (s.kind === 'video' ? s.frames : s.samples);

/**
 * Waits until `person` has at least `video` and `audio` incoming streams that are being decoded: each grew by
 * eight pictures or 0.2 s of sound since this wait began. Counts from that moment, never a rate.
 */
export async function playing(person, { video, audio }, deadline) {
  const key = ({ pc, mid }) => `${pc}/${mid}`;
  const first = new Map((await incoming(person)).map((s) => [key(s), s]));
  await until(
    `${person.name} plays ${video} video and ${audio} audio streams`,
    async () => {
      const now = await incoming(person);
      const grown = now.filter((s) => played(s) - played(first.get(key(s)) ?? { kind: s.kind, frames: 0, samples: 0 }) >= MORE[s.kind]);
      const count = (kind) => grown.filter((s) => s.kind === kind).length;
      const seen = { video: count('video'), audio: count('audio') };
      if (seen.video >= video && seen.audio >= audio) return true;
      const say = `${seen.video} video, ${seen.audio} audio grow; all: ${JSON.stringify(now)}`;
      throw Object.assign(new Error(say), { seen });
    },
    deadline,
  );
}

/** The number of incoming streams, by kind. */
export async function streams(person) {
  const now = await incoming(person);
  return { video: now.filter((s) => s.kind === 'video').length, audio: now.filter((s) => s.kind === 'audio').length };
}

/** How many microphones are forwarded: their packets grow. A paused one stays as a track. */
export async function heard(person) {
  const packets = () =>
    person.page.evaluate(async () => {
      const all = {};
      for (const [at, pc] of window.__probe.pcs.entries()) {
        for (const s of (await pc.getStats()).values()) {
          if (s.type === 'inbound-rtp' && s.kind === 'audio') all[`${at}/${s.mid}`] = s.packetsReceived;
        }
      }
      return all;
    });
  const first = await packets();
  // Half a second by the page's own audio clock: 25 packets of a microphone that is forwarded.
  await person.page.evaluate(
    () =>
      new Promise((done) => {
        const audio = new AudioContext();
        const tone = audio.createConstantSource();
        tone.onended = done;
        tone.start();
        tone.stop(audio.currentTime + 0.5);
      }),
  );
  const then = await packets();
  return Object.keys(then).filter((key) => then[key] - (first[key] ?? 0) > 5).length;
}

/** Protocol and kind of an end of every transport that is up, the server's or the browser's own: `tcp host`. */
export const ways = (person, end = 'remote') =>
  person.page.evaluate(async (end) => {
    const ways = [];
    for (const pc of window.__probe.pcs.filter((pc) => pc.connectionState === 'connected')) {
      const stats = await pc.getStats();
      const pair = [...stats.values()].find((s) => s.type === 'transport' && s.selectedCandidatePairId);
      const candidate = stats.get(stats.get(pair.selectedCandidatePairId)[`${end}CandidateId`]);
      ways.push([candidate.relayProtocol ?? candidate.protocol, candidate.candidateType].join(' '));
    }
    return ways;
  }, end);
