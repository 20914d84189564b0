// One stays while another comes and goes: each visit is seen and heard, and what who stays has agreed on does not grow.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { addParticipant, makeMeeting } from './lib/api.mjs';
import { openBare, others, playing } from './lib/bare.mjs';
import { startBrowser } from './lib/browser.mjs';
import { startServer } from './lib/server.mjs';
import { until } from './lib/until.mjs';

const VISITS = 6;
/** Names of m-lines and numbers of streams are random and of different lengths. */
const SLACK_BYTES = 60;

let server;
let chromium;

before(async () => {
  server = await startServer('visits');
  chromium = await startBrowser();
});

after(async () => {
  await chromium?.close();
  await server?.stop();
});

/** The last description of the server that the receiving connection took. */
const remote = (person) =>
  person.page.evaluate(() => {
    const open = window.__probe.pcs.filter((pc) => pc.connectionState === 'connected');
    const receives = open.find((pc) => /^a=(sendonly|inactive)/m.test(pc.remoteDescription.sdp));
    const { sdp } = receives.remoteDescription;
    return { bytes: sdp.length, lines: sdp.match(/^m=/gm).length };
  });

test('the last of six visits is seen and heard, and the description has not grown', async () => {
  const meeting = await makeMeeting(server, 'visits');
  const [stays, comes] = await Promise.all(['alice', 'bob'].map((name) => chromium.person(name)));
  const [own, visitor] = await Promise.all(['alice', 'bob'].map((name) => addParticipant(server, meeting, name)));
  await openBare(stays, server.page, own.token);
  const seen = [];
  for (let visit = 1; visit <= VISITS; visit++) {
    await openBare(comes, server.page, visitor.token);
    await Promise.all([stays, comes].map((person) => playing(person, { video: 1, audio: 1 })));
    seen.push(await remote(stays));
    await comes.page.evaluate(() => window.meeting.leave());
    await until('the visitor is gone', async () => (await others(stays)).length === 0);
  }
  // Dummies of both kinds, who is there, and at most the lines of the visit before.
  for (const { lines } of seen) assert.ok(lines <= 6, JSON.stringify(seen));
  const most = Math.max(...seen.slice(0, 3).map(({ bytes }) => bytes));
  assert.ok(seen.at(-1).bytes <= most + SLACK_BYTES, JSON.stringify(seen));
  assert.equal(await stays.page.evaluate(() => window.__probe.open()), 2, 'on the same connections all the while');
  assert.deepEqual(stays.errors, []);
});
