// Firefox as Debian packages it, with the unmodified official client: two people see and hear each other over UDP, where no UDP
// goes through over the one TCP port, and one of them is in Chromium.
import assert from 'node:assert/strict';
import dgram from 'node:dgram';
import { after, before, test } from 'node:test';
import { addParticipant, makeMeeting, stays } from './lib/api.mjs';
import { openBare, others, playing, ways } from './lib/bare.mjs';
import { startBrowser } from './lib/browser.mjs';
import { startFirefox } from './lib/firefox.mjs';
import { outerAddress } from './lib/port.mjs';
import { startServer } from './lib/server.mjs';
import { until } from './lib/until.mjs';

/** Firefox sends nothing to loopback. */
const ADDRESS = outerAddress();

let firefox;
let chromium;
// Announced instead of the media port; whatever a browser sends there is lost.
const hole = dgram.createSocket('udp4');

before(async () => {
  await new Promise((done) => hole.bind(0, ADDRESS, done));
  [firefox, chromium] = await Promise.all([startFirefox(), startBrowser()]);
});

after(async () => {
  await firefox?.close();
  await chromium?.close();
  hole.close();
});

/** Two people, each in one of `browsers`, see and hear each other; `way` is how. */
async function meet(name, browsers, args, way, http) {
  const server = await startServer(name, { args, http, media: `${ADDRESS}:0` });
  const people = [];
  try {
    const room = await makeMeeting(server, name);
    for (const [n, browser] of browsers.entries()) {
      const person = await browser.person(['alice', 'bob'][n]);
      people.push(person);
      await openBare(person, server.page, (await addParticipant(server, room, person.name)).token);
    }
    const all = (wanted) => Promise.all(people.map((person) => playing(person, wanted)));
    await all({ video: 1, audio: 1 });
    const [alice, bob] = people;
    assert.deepEqual([await others(alice), await others(bob)], [['bob'], ['alice']]);
    for (const person of people) assert.deepEqual(await ways(person), [way, way], person.name);
    for (const what of ['Audio', 'Video']) {
      const sees = (how) => bob.page.evaluate((key) => window.meeting.participants.joined.toArray()[0][key], `${what.toLowerCase()}Enabled`).then((is) => is === how);
      await alice.page.evaluate((what) => window.meeting.self[`disable${what}`](), what);
      await until(`bob sees it off: ${what}`, () => sees(false));
      await alice.page.evaluate((what) => window.meeting.self[`enable${what}`](), what);
      await until(`bob sees it on: ${what}`, () => sees(true));
    }
    await all({ video: 1, audio: 1 });
    for (const person of people) assert.deepEqual([person.errors, person.outside], [[], []], person.name);
    // A page that is closed ends its stay.
    await bob.context.close();
    await until('only alice is left', async () => (await stays(server, room)).filter((s) => !s.disconnected_at).length === 1);
  } finally {
    for (const { context } of people) await context.close();
    await server.stop();
  }
}

test('two people in Firefox see and hear each other', () => meet('firefox', [firefox, firefox], [], 'udp host'));

test('without UDP they do so over the one TCP port', async () => {
  const noUdp = ['--media-announce', `${ADDRESS}:${hole.address().port}`, '--media-tcp-announce', ADDRESS];
  await meet('firefox-tcp', [firefox, firefox], noUdp, 'tcp host', '0.0.0.0:0');
});

test('Firefox and Chromium see and hear each other', () => meet('firefox-chromium', [firefox, chromium], [], 'udp host'));
