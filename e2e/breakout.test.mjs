// Breakout rooms, as people use them: a host who makes rooms and moves people with the UI kit's own manager, people who go and come
// back by themselves, a server that is killed in between. At every step both REST lists say who is where, and nobody is anywhere twice.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { addParticipant, makeMeeting, nodeClient, nodeSessions, shortId, stays } from './lib/api.mjs';
import { tcpPath } from './lib/away.mjs';
import { others, playing } from './lib/bare.mjs';
import { startBrowser } from './lib/browser.mjs';
import { link, notice, openMeet, pressJoin } from './lib/meet.mjs';
import { startReceiver } from './lib/receiver.mjs';
import { startServer } from './lib/server.mjs';
import { until } from './lib/until.mjs';

let server;
let receiver;
let chromium;
let main;
let client;
/** Between sam and the server. */
let way;
const people = {};
const ids = {};
const tokens = {};
/** Meeting ids by title, as the host's client knows them. */
const rooms = {};
const args = ['--webhook-allow', '127.0.0.0/8'];
const NAMES = ['hana', 'pia', 'sam'];

before(async () => {
  [server, receiver, chromium] = await Promise.all([startServer('breakout', { args }), startReceiver(), startBrowser()]);
  client = nodeClient(server);
  main = await makeMeeting(server, 'Main');
  rooms.Main = main;
  await client.realtimeKit.webhooks.createWebhook(server.app, {
    account_id: server.account,
    name: 'all',
    url: receiver.url,
    events: ['meeting.started', 'meeting.participantJoined', 'meeting.participantLeft', 'meeting.ended'],
  });
  await switcher();
  way = await tcpPath(new URL(server.http).host);
  for (const [name, preset] of [['hana', 'group_call_host'], ['pia', 'group_call_participant'], ['sam', 'switcher']]) {
    ({ id: ids[name], token: tokens[name] } = await addParticipant(server, main, name, preset));
    people[name] = await chromium.person(name);
    await people[name].page.setViewportSize({ width: 1280, height: 720 });
    await openMeet(people[name], link(name === 'sam' ? way : server, tokens[name]));
    await pressJoin(people[name]);
  }
});

after(async () => {
  await chromium?.close();
  await receiver?.close();
  await way?.close();
  await server?.stop();
});

/** A preset of those who may go to breakout rooms by themselves. */
async function switcher() {
  const of = { account_id: server.account };
  const { data } = await client.realtimeKit.presets.get(server.app, of);
  const { id } = data.find((preset) => preset.name === 'group_call_participant');
  const { data: preset } = await client.realtimeKit.presets.getPresetByID(id, { ...of, app_id: server.app });
  const { config, permissions, ui } = preset;
  permissions.connected_meetings.can_switch_connected_meetings = true;
  await client.realtimeKit.presets.create(server.app, { ...of, name: 'switcher', config, permissions, ui });
}

const picture = (name, what) => people[name].page.screenshot({ path: new URL(`./out/breakout-${what}.png`, import.meta.url).pathname });
const on = (name, work, arg) => people[name].page.evaluate(work, arg);
const at = (name) => on(name, () => window.meeting.meta.meetingId);

/** Rooms and people as a client knows them: `{title: [names]}`. */
const known = (name) =>
  on(name, () => {
    const { parentMeeting, meetings } = window.meeting.connectedMeetings;
    return Object.fromEntries([parentMeeting, ...meetings].map((m) => [m.title, m.participants.map((p) => p.displayName).sort()]));
  });

/** The session of a meeting that is LIVE, and the others, newest first. */
async function sessionsOf(meeting) {
  const { sessions } = await nodeSessions(client, server, { associated_id: meeting });
  return sessions;
}

const ms = (text) => new Date(text).getTime();

/**
 * Where everybody is, by all who know: `{title: [names]}`, with every room that is open. The clients see each other there and nobody
 * else; the host's list of rooms; one LIVE session a room with somebody in it, that of a breakout room in the parent's; and the
 * stays, of which nobody has two open ones.
 */
async function together(where) {
  await until(`everybody is where ${JSON.stringify(where)} says`, async () => {
    for (const [title, names] of Object.entries(where)) {
      for (const name of names) {
        assert.equal(await at(name), rooms[title], `${name} is in ${title}`);
        assert.deepEqual(await others(people[name]), names.filter((n) => n !== name).sort(), `${name} sees`);
      }
    }
    // Without rooms nobody is told who is where before he asks.
    if (Object.keys(where).length === 1) await on('hana', () => window.meeting.connectedMeetings.getConnectedMeetings());
    assert.deepEqual(await known('hana'), where, 'the list of rooms');
    await recorded(where);
    return true;
  });
}

async function recorded(where) {
  const [parent] = await sessionsOf(main);
  assert.equal(parent.status, 'LIVE', 'the parent lives');
  const open = [];
  for (const [title, names] of Object.entries(where)) {
    const sessions = await sessionsOf(rooms[title]);
    const all = await stays(server, shortId(rooms[title]));
    const here = all.filter((s) => !s.disconnected_at);
    assert.equal(here.length, names.length, `open stays of ${title}`);
    open.push(...here.map((s) => s.user_id));
    const live = sessions.filter((s) => s.status === 'LIVE');
    assert.equal(live[0]?.live_participants ?? 0, names.length, `live participants of ${title}`);
  }
  assert.deepEqual(open.sort(), Object.values(where).flat().map((n) => `user-${n}`).sort(), 'everybody is somewhere, and once');
}

const create = (titles) => on('hana', (t) => window.meeting.connectedMeetings.createMeetings(t.map((title) => ({ title }))), titles);
const move = (by, name, from, to) =>
  on(by, ([f, t, id]) => window.meeting.connectedMeetings.moveParticipants(f, t, [id]), [rooms[from], rooms[to], ids[name]]);

test('Three people in one meeting', async () => {
  await together({ Main: ['hana', 'pia', 'sam'] });
});

test('A host makes two rooms', async () => {
  const made = await create(['Red', 'Blue']);
  assert.deepEqual(made.map((m) => m.title), ['Red', 'Blue']);
  for (const { id, title } of made) rooms[title] = id;
  await together({ Main: ['hana', 'pia', 'sam'], Red: [], Blue: [] });
});

test('Moved is moved: out of one session and in the other', async () => {
  assert.deepEqual(await move('hana', 'pia', 'Main', 'Red'), { success: true });
  await together({ Main: ['hana', 'sam'], Red: ['pia'], Blue: [] });
});

test('Who may goes by himself, and sees and hears who is there', async () => {
  assert.deepEqual(await move('sam', 'sam', 'Main', 'Red'), { success: true });
  await together({ Main: ['hana'], Red: ['pia', 'sam'], Blue: [] });
  await playing(people.sam, { video: 1, audio: 1 });
  await playing(people.pia, { video: 1, audio: 1 });
  await on('pia', () => window.meeting.chat.sendTextMessage('only here'));
  const said = (name) => on(name, () => window.meeting.chat.messages.map((m) => m.message));
  await until('sam reads it', async () => (await said('sam')).includes('only here'));
  assert.deepEqual(await said('hana'), []);
});

/** What the server says to a move that the client itself would not ask for. */
const refused = (name, from, to, who) =>
  on(
    name,
    async ([f, t, id]) => {
      const { permissions } = window.meeting.self;
      const own = permissions.connectedMeetings;
      const may = { ...own };
      Object.assign(own, { canAlterConnectedMeetings: true });
      const result = await window.meeting.connectedMeetings.moveParticipants(f, t, [id]);
      Object.assign(own, may);
      return result.success ? 'done' : String(result.error?.message ?? result.error);
    },
    [from, to, who],
  );

test('Who may not does not, whatever the client believes', async () => {
  assert.match(await refused('pia', rooms.Red, rooms.Blue, ids.pia), /can_switch_connected_meetings/);
  assert.match(await refused('pia', rooms.Red, rooms.Main, ids.sam), /can_alter_connected_meetings/);
  assert.match(await refused('sam', rooms.Main, rooms.Red, ids.hana), /can_alter_connected_meetings/);
  const foreign = await makeMeeting(server, 'Foreign');
  assert.match(await refused('hana', rooms.Main, foreign, ids.hana), /breakout room not found/);
  assert.match(await refused('hana', foreign, rooms.Blue, ids.sam), /participant in that room not found/);
  await together({ Main: ['hana'], Red: ['pia', 'sam'], Blue: [] });
});

test('Back by oneself, with the words of the leave dialog', async () => {
  await people.pia.page.locator('rtk-leave-button').click();
  await picture('pia', 'leave');
  await people.pia.page.getByRole('button', { name: 'Go back to main room' }).click();
  await together({ Main: ['hana', 'pia'], Red: ['sam'], Blue: [] });
  await playing(people.pia, { video: 1, audio: 1 });
});

test('The parent lives while a room does, with nobody in it', async () => {
  assert.deepEqual(await move('hana', 'pia', 'Main', 'Blue'), { success: true });
  await together({ Main: ['hana'], Red: ['sam'], Blue: ['pia'] });
  assert.deepEqual(await move('hana', 'hana', 'Main', 'Blue'), { success: true });
  await together({ Main: [], Red: ['sam'], Blue: ['hana', 'pia'] });
});

test('Over a kill of the server everybody is where he was', async () => {
  const { http, data, media } = server;
  await server.kill();
  server = await startServer('breakout', { data, http: new URL(http).host, media, args });
  client = nodeClient(server);
  for (const name of NAMES) {
    await until(`${name} is back`, () => on(name, () => window.meeting.self.roomJoined && window.meeting.meta.socketState.state === 'connected'), 60_000);
  }
  await until('all are where they were', () => recorded({ Main: [], Red: ['sam'], Blue: ['hana', 'pia'] }).then(() => true), 60_000);
  await together({ Main: [], Red: ['sam'], Blue: ['hana', 'pia'] });
  await playing(people.pia, { video: 1, audio: 1 }, 60_000);
});

test('A move that a kill came between is carried out', async () => {
  // Its target does not hear of the move: what is durable is where somebody belongs. Who has heard of it asks for the room at once, and
  // the official client does not ask again if the server is gone in that instant.
  const { http, data, media } = server;
  way.deafen();
  assert.deepEqual(await move('hana', 'sam', 'Red', 'Blue'), { success: true });
  await server.kill();
  server = await startServer('breakout', { data, http: new URL(http).host, media, args });
  client = nodeClient(server);
  way.cut();
  await until('all are in Blue', () => recorded({ Main: [], Red: [], Blue: ['hana', 'pia', 'sam'] }).then(() => true), 90_000);
  await together({ Main: [], Red: [], Blue: ['hana', 'pia', 'sam'] });
});

test('Who cannot reach the next room reads so, and gets there by trying again', async () => {
  const { page } = people.sam;
  const door = '**/v2/internals/participant-details';
  let late;
  let isOpen = false;
  await page.route(door, (route) => (isOpen ? route.continue() : void (late = route)));
  assert.deepEqual(await move('hana', 'sam', 'Blue', 'Red'), { success: true });
  assert.equal((await notice(people.sam)).title, 'The server cannot be reached');
  await recorded({ Main: [], Red: [], Blue: ['hana', 'pia'] });
  // Who gets there after all stays in no room of which the page shows nothing.
  const before = await stays(server, shortId(rooms.Red));
  isOpen = true;
  await late.continue();
  await until('sam was in Red', async () => (await stays(server, shortId(rooms.Red))).length > before.length);
  await until('and is out again', () => recorded({ Main: [], Red: [], Blue: ['hana', 'pia'] }).then(() => true));
  await page.unroute(door);
  await page.getByRole('button', { name: 'Try again' }).click();
  await pressJoin(people.sam);
  await until('sam is in Red', async () => (await at('sam')) === rooms.Red);
  await together({ Main: [], Red: ['sam'], Blue: ['hana', 'pia'] });
  assert.deepEqual(await move('hana', 'sam', 'Red', 'Blue'), { success: true });
  await together({ Main: [], Red: [], Blue: ['hana', 'pia', 'sam'] });
});

test('A page that is loaded again comes back to its room', async () => {
  await people.pia.page.reload();
  await openMeet(people.pia, link(server, tokens.pia));
  await people.pia.page.getByRole('button', { name: 'Join', exact: true }).click();
  await until('pia is back in Blue', () => on('pia', (b) => window.meeting.self.roomJoined && window.meeting.meta.meetingId === b, rooms.Blue));
  await together({ Main: [], Red: [], Blue: ['hana', 'pia', 'sam'] });
});

test('Closed rooms send everybody back, who closes them too', async () => {
  // Its own client is on the way out when the answer comes.
  await on('hana', (all) => void window.meeting.connectedMeetings.deleteMeetings(all).catch(() => {}), [rooms.Red, rooms.Blue]);
  await together({ Main: ['hana', 'pia', 'sam'] });
  for (const name of NAMES) await playing(people[name], { video: 2, audio: 2 });
  for (const title of ['Red', 'Blue']) {
    const sessions = await sessionsOf(rooms[title]);
    assert.ok(sessions.every((s) => s.status === 'ENDED'), `${title} is over`);
  }
});

/** The manager of the UI kit, on the host's screen. */
const manager = () => people.hana.page.locator('rtk-breakout-rooms-manager');
async function openManager() {
  await people.hana.page.locator('rtk-more-toggle').click();
  await people.hana.page.locator('rtk-breakout-rooms-toggle').first().click();
}
async function assign(name, nth) {
  await manager().locator('rtk-breakout-room-participants').getByText(name).click();
  await manager().locator('rtk-breakout-room-manager').nth(nth).getByText('Assign', { exact: true }).click();
}

test('The same by clicks: rooms, who is in them, and the end of them', async () => {
  await openManager();
  await manager().getByText('Create', { exact: true }).click();
  await assign('pia', 0);
  await assign('sam', 1);
  await picture('hana', 'manager');
  await manager().getByText('Start Breakout').click();
  await people.hana.page.getByRole('button', { name: 'Yes, start' }).click();
  const made = await until('the rooms are there', () =>
    on('hana', () => window.meeting.connectedMeetings.meetings.length === 2 && window.meeting.connectedMeetings.meetings.map((m) => [m.title, m.id])),
  );
  for (const [title, id] of made) rooms[title] = id;
  await together({ Main: ['hana'], 'Room 1': ['pia'], 'Room 2': ['sam'] });
  await picture('pia', 'room');

  // The host looks in, and closes them from within.
  await openManager();
  await manager().getByText('Join', { exact: true }).first().click();
  const [there] = await until('the host is in a room', async () => {
    const meeting = await at('hana');
    return made.filter(([, id]) => id === meeting).length === 1 && made.filter(([, id]) => id === meeting);
  });
  const where = { Main: [], 'Room 1': ['pia'], 'Room 2': ['sam'] };
  where[there[0]] = ['hana', ...where[there[0]]];
  await together(where);
  await openManager();
  await picture('hana', 'manager-in-room');
  await manager().getByText('Close Breakout').click();
  await picture('hana', 'close');
  await people.hana.page.locator('rtk-confirmation-modal rtk-button').last().click();
  await together({ Main: ['hana', 'pia', 'sam'] });
});

test('The end for everybody is the end in every room, and webhooks told it all', async () => {
  const [{ id }] = await create(['Green']);
  rooms.Green = id;
  await together({ Main: ['hana', 'pia', 'sam'], Green: [] });
  assert.deepEqual(await move('hana', 'pia', 'Main', 'Green'), { success: true });
  await together({ Main: ['hana', 'sam'], Green: ['pia'] });
  await on('hana', () => window.meeting.participants.kickAll());
  for (const name of ['pia', 'sam']) assert.equal((await notice(people[name])).title, 'The meeting has ended');
  await until('all is told', async () => {
    let visits = 0;
    let sessions = 0;
    for (const meeting of Object.values(rooms)) {
      const all = await stays(server, shortId(meeting));
      assert.ok(all.every((s) => s.disconnected_at), 'nobody is anywhere');
      const of = await sessionsOf(meeting);
      assert.ok(of.every((s) => s.status === 'ENDED'), 'no session lives');
      visits += all.length;
      sessions += of.length;
    }
    // One that was under way when the server was killed may come twice, with the same id.
    const told = [...new Map(receiver.requests.map(({ headers, body }) => [headers['rtk-uuid'], JSON.parse(body)])).values()];
    const count = (event) => told.filter((b) => b.event === event).length;
    assert.deepEqual(
      ['meeting.started', 'meeting.participantJoined', 'meeting.participantLeft', 'meeting.ended'].map(count),
      [sessions, visits, visits, sessions],
    );
    return true;
  });
  const [parent] = await sessionsOf(main);
  const { data } = await client.realtimeKit.sessions.getSessionDetails(parent.id, {
    account_id: server.account,
    app_id: server.app,
    include_breakout_rooms: true,
  });
  const minutes = (list) => list.reduce((sum, one) => sum + (one.minutes_consumed ?? one.duration), 0);
  const all = minutes([data.session ?? data, ...(data.session ?? data).breakout_rooms]);
  const participants = async (view) =>
    (await client.realtimeKit.sessions.getSessionParticipants(parent.id, { account_id: server.account, app_id: server.app, per_page: 100, view })).data.participants;
  assert.ok(Math.abs(minutes(await participants('consolidated')) - all) < 0.01, 'all minutes are somebody’s, and once');
  assert.ok(Math.abs(minutes(await participants('raw')) - parent.minutes_consumed) < 0.01);
  for (const { name, outside } of Object.values(people)) assert.deepEqual(outside, [], `${name} asks nobody else`);
});
