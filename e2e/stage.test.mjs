// A webinar on the meeting page, clicked as people would: a presenter and two viewers. What flows is looked at after every
// step, with the two clients' view of who sits where, and both lists: a seat changes neither session nor stay.
import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { after, before, test } from 'node:test';
import { addParticipant, makeMeeting } from './lib/api.mjs';
import { heard, openBare, peerId, playing, streams } from './lib/bare.mjs';
import { startBrowser } from './lib/browser.mjs';
import { click } from './lib/click.mjs';
import { watchLedger } from './lib/ledger.mjs';
import { link, openMeet, pressJoin } from './lib/meet.mjs';
import { startServer } from './lib/server.mjs';
import { DEADLINE_MS, until } from './lib/until.mjs';

const pictures = fileURLToPath(new URL('./out/stage', import.meta.url));

let server;
let chromium;
let ledger;
let room;
const people = {};

before(async () => {
  await mkdir(pictures, { recursive: true });
  server = await startServer('stage');
  chromium = await startBrowser();
  room = await makeMeeting(server, 'A webinar');
  ledger = watchLedger(server, room);
  for (const [name, preset] of [['pat', 'webinar_presenter'], ['vera', 'webinar_viewer'], ['vic', 'webinar_viewer']]) {
    const { token } = await addParticipant(server, room, name, preset);
    people[name] = await chromium.person(name);
    // Wide enough to have the participants beside the pictures.
    await people[name].page.setViewportSize({ width: 1280, height: 720 });
    people[name].page.setDefaultTimeout(DEADLINE_MS);
    await openMeet(people[name], link(server, token));
    await pressJoin(people[name]);
  }
});

after(async () => {
  const watched = ledger?.close();
  await watched?.catch(() => {});
  await chromium?.close();
  const over = await server?.stop();
  await watched;
  assert.deepEqual([over?.code, over?.signal], [0, null], 'the server stopped by itself');
});

const shot = (name, file) => people[name].page.screenshot({ path: path.join(pictures, `${file}.png`) });

/** Where `name` sits, as `viewer` has it. */
const seat = (viewer, name) =>
  viewer.page.evaluate((name) => {
    const { self, participants } = window.meeting;
    const all = [self, ...participants.joined.toArray()];
    return all.find((one) => one.name === name)?.stageStatus;
  }, name);

/** Everybody has the same idea of who sits where. */
async function sit(wanted) {
  for (const viewer of Object.values(people)) {
    await until(`${viewer.name} knows who sits where`, async () => {
      const seen = {};
      for (const name of Object.keys(wanted)) seen[name] = await seat(viewer, name);
      assert.deepEqual(seen, wanted);
      return true;
    });
  }
}

/** Each receives exactly what the others on stage publish: so many cameras, as many microphones. */
async function flows(wanted) {
  for (const [name, count] of Object.entries(wanted)) {
    await playing(people[name], { video: count, audio: count });
    await until(`${name} sees no more than ${count}`, async () => {
      const { video } = await streams(people[name]);
      assert.equal(video, count);
      return true;
    });
    assert.equal(await heard(people[name]), count, `${name} hears no more`);
  }
}

/** The socket of `name` breaks, and its client comes back. */
async function cut(name) {
  const { page } = people[name];
  const [id, sockets] = [await peerId(people[name]), await page.evaluate(() => window.__probe.sockets.length)];
  ledger.away(id);
  await page.evaluate(() => window.__probe.cut());
  await until(`${name} is back`, () =>
    page.evaluate((n) => window.__probe.sockets.length > n && window.meeting.self.roomState === 'joined', sockets),
  );
  ledger.back(id);
}

const lists = () =>
  ledger.sees('three are in, wherever they sit', ({ sessions, stays }) => {
    assert.deepEqual([sessions.length, sessions[0].live_participants, stays.length], [1, 3, 3]);
    assert.equal(stays.filter((stay) => stay.disconnected_at).length, 0);
  });

const tab = (name, text) => click(people[name], people[name].page.locator('rtk-participants').getByText(text).first());

/** The dialog that an invitation opens: microphone and camera on, then "Join". */
async function accept(name) {
  const dialog = people[name].page.locator('rtk-join-stage');
  await dialog.waitFor();
  await click(people[name], dialog.locator('rtk-mic-toggle'));
  await click(people[name], dialog.locator('rtk-camera-toggle'));
  await until(`${name}'s microphone and camera are on`, () =>
    people[name].page.evaluate(() => window.meeting.self.audioEnabled && window.meeting.self.videoEnabled),
  );
  await shot(name, `${name}-joins`);
  await click(people[name], dialog.getByText('Join', { exact: true }));
}

/** What the host's menu of a participant says. */
async function menu(name, item) {
  const { page } = people.pat;
  const row = page.locator('rtk-participant').filter({ hasText: name }).first();
  await click(people.pat, row.locator('rtk-button').first());
  await click(people.pat, page.locator('rtk-menu-item').filter({ hasText: item }));
}

test('viewers see and hear the presenter, and publish nothing', async () => {
  await sit({ pat: 'ON_STAGE', vera: 'OFF_STAGE', vic: 'OFF_STAGE' });
  await flows({ pat: 0, vera: 1, vic: 1 });
  const tried = await people.vera.page.evaluate(async () => {
    await window.meeting.self.enableAudio();
    return [window.meeting.self.audioEnabled, window.meeting.meta.viewType];
  });
  assert.deepEqual(tried, [false, 'WEBINAR']);
  await lists();
});

test('a request is seen by the host, turned down, and made again', async () => {
  await click(people.vic, 'rtk-stage-toggle');
  await sit({ pat: 'ON_STAGE', vera: 'OFF_STAGE', vic: 'REQUESTED_TO_JOIN_STAGE' });
  await click(people.pat, 'rtk-participants-toggle');
  await tab('pat', 'requests');
  const queue = people.pat.page.locator('rtk-participants-stage-queue');
  await queue.getByText('vic').waitFor();
  await shot('pat', 'pat-is-asked');
  await click(people.pat, queue.locator('rtk-icon.deny'));
  await sit({ pat: 'ON_STAGE', vera: 'OFF_STAGE', vic: 'OFF_STAGE' });
  await click(people.vera, 'rtk-stage-toggle');
  await click(people.vic, 'rtk-stage-toggle');
  await sit({ pat: 'ON_STAGE', vera: 'REQUESTED_TO_JOIN_STAGE', vic: 'REQUESTED_TO_JOIN_STAGE' });
  // Taken back by who made it.
  await click(people.vic, 'rtk-stage-toggle');
  await sit({ pat: 'ON_STAGE', vera: 'REQUESTED_TO_JOIN_STAGE', vic: 'OFF_STAGE' });
  await flows({ pat: 0, vera: 1, vic: 1 });
});

test('a request outlives a socket', async () => {
  await cut('vera');
  await sit({ pat: 'ON_STAGE', vera: 'REQUESTED_TO_JOIN_STAGE', vic: 'OFF_STAGE' });
});

test('let on stage, she is seen and heard by everybody', async () => {
  await click(people.pat, 'rtk-participants-stage-queue rtk-icon.accept');
  await accept('vera');
  await sit({ pat: 'ON_STAGE', vera: 'ON_STAGE', vic: 'OFF_STAGE' });
  await flows({ pat: 1, vera: 1, vic: 2 });
  await shot('vic', 'vic-sees-two');
  await lists();
});

test('taken off the stage, she is neither seen nor heard, and still sees', async () => {
  await tab('pat', 'Participants');
  await menu('vera', 'Remove from stage');
  await sit({ pat: 'ON_STAGE', vera: 'OFF_STAGE', vic: 'OFF_STAGE' });
  await flows({ pat: 0, vera: 1, vic: 1 });
  await lists();
});

test('invited, she goes on with the same tracks; and leaves by herself', async () => {
  await tab('pat', 'Viewers');
  await shot('pat', 'pat-invites');
  await menu('vera', 'Invite to stage');
  await accept('vera');
  await sit({ pat: 'ON_STAGE', vera: 'ON_STAGE', vic: 'OFF_STAGE' });
  await flows({ pat: 1, vera: 1, vic: 2 });
  await click(people.vera, 'rtk-stage-toggle');
  await sit({ pat: 'ON_STAGE', vera: 'OFF_STAGE', vic: 'OFF_STAGE' });
  await flows({ pat: 0, vera: 1, vic: 1 });
  await lists();
});

test('on stage she stays through a lost connection', async () => {
  await menu('vera', 'Invite to stage');
  await accept('vera');
  await sit({ pat: 'ON_STAGE', vera: 'ON_STAGE', vic: 'OFF_STAGE' });
  await cut('vera');
  await cut('pat');
  await sit({ pat: 'ON_STAGE', vera: 'ON_STAGE', vic: 'OFF_STAGE' });
  await flows({ pat: 1, vera: 1, vic: 2 });
  await lists();
});

test('a livestream is seen without HLS, and its viewer cannot come on stage', async () => {
  const place = await makeMeeting(server, 'A livestream');
  const [host, viewer] = [await chromium.person('host'), await chromium.person('viewer')];
  await openBare(host, server.page, (await addParticipant(server, place, 'host', 'livestream_host')).token);
  await openBare(viewer, server.page, (await addParticipant(server, place, 'viewer', 'livestream_viewer')).token);
  await playing(viewer, { video: 1, audio: 1 });
  const seen = await viewer.page.evaluate(() => [window.meeting.stage.status, window.meeting.self.permissions.stageAccess]);
  assert.deepEqual(seen, ['OFF_STAGE', 'NOT_ALLOWED']);
  assert.deepEqual(await streams(host), { video: 0, audio: 0 });
});
