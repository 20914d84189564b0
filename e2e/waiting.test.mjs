// The waiting room, as people use it: guests on the official waiting screen, a host who clicks in the list of participants, and a
// server that is killed meanwhile. At every step both REST lists, the active session and the webhooks know nobody who waits.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { addParticipant, makeMeeting, nodeClient, nodeSessions, stays } from './lib/api.mjs';
import { others, playing } from './lib/bare.mjs';
import { startBrowser } from './lib/browser.mjs';
import { link, notice, openMeet, pressJoin } from './lib/meet.mjs';
import { startReceiver } from './lib/receiver.mjs';
import { startServer } from './lib/server.mjs';
import { until } from './lib/until.mjs';

let server;
let receiver;
let chromium;
let room;
let client;
const people = {};
const tokens = {};
const WIDE = { width: 1280, height: 720 };
const args = ['--webhook-allow', '127.0.0.0/8'];

before(async () => {
  [server, receiver, chromium] = await Promise.all([startServer('waiting', { args }), startReceiver(), startBrowser()]);
  client = nodeClient(server);
  room = await makeMeeting(server, 'Waiting');
  await client.realtimeKit.webhooks.createWebhook(server.app, {
    account_id: server.account,
    name: 'all',
    url: receiver.url,
    events: ['meeting.started', 'meeting.participantJoined', 'meeting.participantLeft'],
  });
  for (const [name, preset] of [['hana', 'group_call_host'], ['gus', 'group_call_guest'], ['eve', 'group_call_guest']]) {
    ({ token: tokens[name] } = await addParticipant(server, room, name, preset));
    people[name] = await chromium.person(name);
    await people[name].page.setViewportSize(WIDE);
  }
});

after(async () => {
  await chromium?.close();
  await receiver?.close();
  await server?.stop();
});

const state = (name) => people[name].page.evaluate(() => window.meeting.self.roomState);
const picture = (name, what) => people[name].page.screenshot({ path: new URL(`./out/waiting-${what}.png`, import.meta.url).pathname });

/** Opens the page and presses "Join"; waits for the official waiting screen. */
async function knock(name) {
  await openMeet(people[name], link(server, tokens[name]));
  await people[name].page.getByRole('button', { name: 'Join', exact: true }).click();
  await isWaiting(name);
  assert.equal(await state(name), 'waitlisted');
}

async function isWaiting(name) {
  await people[name].page.locator('rtk-waiting-screen').getByText('You are in the waiting room').waitFor();
  assert.deepEqual(await others(people[name]), [], 'whoever waits sees nobody');
}

const isIn = (name) => until(`${name} is in`, () => people[name].page.evaluate(() => window.meeting.self.roomJoined));

/** Who waits, on the host's screen: the names in the list with its buttons. */
const listed = () => people.hana.page.locator('rtk-participants-waiting-list .waiting-participant .name').allInnerTexts();

const hostSees = (names) =>
  until(`the host sees waiting: ${names}`, async () => {
    assert.deepEqual(await people.hana.page.evaluate(() => window.meeting.participants.waitlisted.toArray().map((p) => p.name)), names);
    assert.deepEqual(await listed(), names);
    return true;
  });

/** A button of the list: of one person by the icon, or for all. */
const row = (name) => people.hana.page.locator('rtk-participants-waiting-list .waiting-participant').filter({ hasText: name });
const press = (name, icon) => row(name).locator(`rtk-button:has(rtk-icon.${icon})`).click();

/** What all say who are not in a call: sessions, stays and events. `names`: who is in; `visits`: stays ever. */
const recorded = (names, visits) =>
  until(`${names.length} in, ${visits} stays`, async () => {
    const { sessions } = await nodeSessions(client, server, { associated_id: room });
    const all = await stays(server, room);
    assert.equal(sessions.length, visits === 0 ? 0 : 1);
    assert.equal(all.length, visits, 'stays');
    assert.deepEqual(all.filter((s) => !s.disconnected_at).length, names.length, 'open stays');
    if (visits > 0) {
      assert.equal(sessions[0].live_participants, names.length, 'live_participants');
      const of = { account_id: server.account, app_id: server.app };
      const { data } = await client.realtimeKit.sessions.getSessionParticipants(sessions[0].id, of);
      const live = data.participants.filter((p) => !p.left_at).map((p) => p.display_name).sort();
      assert.deepEqual(live, [...names].sort());
    }
    // One that was under way when the server was killed may come twice, with the same id.
    const told = [...new Map(receiver.requests.map(({ headers, body }) => [headers['rtk-uuid'], JSON.parse(body)])).values()];
    assert.equal(told.filter((b) => b.event === 'meeting.started').length, Math.min(visits, 1));
    assert.equal(told.filter((b) => b.event === 'meeting.participantJoined').length, visits, 'joins told');
    assert.equal(told.filter((b) => b.event === 'meeting.participantLeft').length, visits - names.length, 'leaves told');
    return true;
  });

const activeSession = async () => {
  const path = `/client/v4/accounts/${server.account}/realtime/kit/${server.app}/meetings/${room}/active-session`;
  return (await fetch(`${server.http}${path}`, { headers: { authorization: `Bearer ${server.token}` } })).status;
};

test('Whoever waits opens no session, and is in no list', async () => {
  await knock('gus');
  await recorded([], 0);
  assert.equal(await activeSession(), 404);
  await picture('gus', 'guest');
});

test('A host who comes sees who waits, and lets in by a click', async () => {
  await openMeet(people.hana, link(server, tokens.hana));
  await pressJoin(people.hana);
  await people.hana.page.getByRole('button', { name: 'Participants' }).click();
  await people.hana.page.locator('rtk-participants').getByText('Requests').click();
  await hostSees(['gus']);
  await recorded(['hana'], 1);
  await knock('eve');
  await hostSees(['gus', 'eve']);
  await recorded(['hana'], 1);
  await picture('hana', 'host');

  await press('gus', 'accept');
  await isIn('gus');
  await hostSees(['eve']);
  await recorded(['hana', 'gus'], 2);
  assert.deepEqual(await others(people.gus), ['hana']);
  assert.deepEqual(await others(people.hana), ['gus']);
  await playing(people.gus, { video: 1, audio: 1 });
  await playing(people.hana, { video: 1, audio: 1 });
});

test('Who is sent away reads so, and may knock again', async () => {
  await press('eve', 'deny');
  assert.equal((await notice(people.eve)).title, 'You were not let in');
  await hostSees([]);
  await recorded(['hana', 'gus'], 2);
  await knock('eve');
  await hostSees(['eve']);
  await people.hana.page.locator('rtk-participants-waiting-list .accept-all-button').click();
  await isIn('eve');
  await hostSees([]);
  await recorded(['hana', 'gus', 'eve'], 3);
});

test('Let in is let in for the session, until one is removed', async () => {
  await people.eve.page.reload();
  await recorded(['hana', 'gus'], 3);
  await openMeet(people.eve, link(server, tokens.eve));
  await pressJoin(people.eve);
  await recorded(['hana', 'gus', 'eve'], 4);
  await people.hana.page.evaluate(() => window.meeting.participants.joined.toArray().find((p) => p.name === 'gus').kick());
  assert.equal((await notice(people.gus)).title, 'You were removed from the meeting');
  await knock('gus');
  await hostSees(['gus']);
  await recorded(['hana', 'eve'], 4);
});

test('Over a kill of the server, whoever waits waits on', async () => {
  const { http, data, media } = server;
  await server.kill();
  server = await startServer('waiting', { data, http: new URL(http).host, media, args });
  client = nodeClient(server);
  for (const name of ['hana', 'eve']) {
    await until(`${name} is back`, async () => (await state(name)) === 'joined', 60_000);
  }
  // Nobody asked again: the client says nothing, and its screen is the waiting screen all the while.
  await until('gus is back at the door', () => people.gus.page.evaluate(() => window.meeting.meta.socketState.state === 'connected'), 60_000);
  await isWaiting('gus');
  await hostSees(['gus']);
  await recorded(['hana', 'eve'], 6);
  await press('gus', 'accept');
  await isIn('gus');
  await hostSees([]);
  await recorded(['hana', 'eve', 'gus'], 7);
  await playing(people.gus, { video: 2, audio: 2 }, 60_000);
});

test('The end for everybody is the end for who waits', async () => {
  await people.hana.page.evaluate(() => window.meeting.participants.joined.toArray().find((p) => p.name === 'eve').kick());
  await notice(people.eve);
  await knock('eve');
  await hostSees(['eve']);
  await people.hana.page.evaluate(() => window.meeting.participants.kickAll());
  for (const name of ['gus', 'eve']) assert.equal((await notice(people[name])).title, 'The meeting has ended');
  await recorded([], 7);
  assert.equal(await activeSession(), 404);
  for (const { name, outside } of Object.values(people)) assert.deepEqual(outside, [], `${name} asks nobody else`);
});
