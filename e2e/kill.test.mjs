// The server is killed in the middle of two calls, each on a media worker of its own, and started again on its data with one.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { addParticipant, makeMeeting, nodeClient, nodeSessions, shortId, stays } from './lib/api.mjs';
import { tcpPath } from './lib/away.mjs';
import { openBare, others, peerId, playing } from './lib/bare.mjs';
import { startBrowser } from './lib/browser.mjs';
import { startReceiver } from './lib/receiver.mjs';
import { startServer } from './lib/server.mjs';
import { until } from './lib/until.mjs';

const HEARTBEAT_MS = 5_000;
const KEEP_ALIVE_MS = 60_000;
/** The client tries for minutes, with pauses of up to 10 s. */
const RETURN_MS = 30_000;
const ARGS = ['--webhook-allow', '127.0.0.0/8'];
const ms = (text) => new Date(text).getTime();

let server;
let chromium;
let gone; // the meeting whose people do not come back
let stubborn; // the meeting whose people do
let late; // the room whose one member comes back when its session is over
let path; // of its member, to the server
let receiver; // of its webhook
let killedAt;
const people = {};
let beforeKill;

before(async () => {
  server = await startServer('kill', { workers: 2, args: ARGS });
  chromium = await startBrowser();
  gone = await makeMeeting(server, 'Gone');
  stubborn = await makeMeeting(server, 'Stubborn');
  const room = { alice: gone, bob: gone, carol: stubborn, dave: stubborn };
  for (const [name, meeting] of Object.entries(room)) {
    people[name] = await chromium.person(name);
    await openBare(people[name], server.page, (await addParticipant(server, meeting, name)).token);
  }
  await Promise.all(Object.values(people).map((person) => playing(person, { video: 1, audio: 1 })));
  receiver = await startReceiver();
  path = await tcpPath(new URL(server.http).host);
  late = await makeRoom('Late');
  people.erin = await chromium.person('erin');
  await openBare(people.erin, path.page, (await addParticipant(server, late, 'erin')).token);
});

after(async () => {
  await chromium?.close();
  await path?.close();
  await receiver?.close();
  if (server?.alive()) await server.stop();
});

/** A room whose webhook is the receiver. Returns the id of its meeting. */
async function makeRoom(name) {
  const headers = { authorization: `Bearer ${server.token}`, 'content-type': 'application/json' };
  const body = JSON.stringify({ name, type: 'public', webhook: { url: receiver.url } });
  const answer = await fetch(`${server.http}/v1/rooms`, { method: 'POST', headers, body });
  assert.equal(answer.status, 200);
  const { data } = await nodeClient(server).realtimeKit.meetings.get(server.app, { account_id: server.account });
  return data.find(({ title }) => title === name).id;
}

const isIn = (who) => who.page.evaluate(() => window.meeting.self.roomState === 'joined');

const sessions = async (meeting) => (await nodeSessions(nodeClient(server), server, { associated_id: meeting })).sessions;

test('each call is on a worker of its own', async () => {
  const text = await (await fetch(`${server.metrics}/metrics`)).text();
  const worker = (name) => [0, 1].map((n) => Number(text.match(new RegExp(`^sederunt_media_worker_${name}\\{worker="${n}"\\} (\\d+)`, 'm'))?.[1]));
  // Two of each person; somebody alone in a third room is at one of them.
  const transports = worker('transports');
  assert.ok(transports.every((count) => count >= 4), `transports: ${transports}`);
  assert.ok(worker('packets_forwarded_total').every((packets) => packets > 0));
});

test('killed after a heartbeat', async () => {
  await people.bob.page.evaluate(() => window.meeting.leave());
  await until('bob has left', async () => (await stays(server, gone, '?is_connecting=false')).length === 1);
  beforeKill = await stays(server, gone);
  // At least one heartbeat after the last join, so that the bound below means something.
  const last = Math.max(...beforeKill.map((s) => ms(s.connected_at)));
  await until('a heartbeat', () => Date.now() > last + HEARTBEAT_MS + 500);
  await receiver.accepted(1);
  path.away();
  killedAt = await server.kill();
  await people.alice.context.close();
});

test('started again: what was told is still true, open stays end at the last heartbeat', async () => {
  server = await startServer('kill', { data: server.data, http: new URL(server.http).host, args: ARGS });
  const now = await stays(server, gone);
  assert.equal(now.length, 2);
  const old = (id) => beforeKill.find((s) => s.id === id);
  for (const stay of now) {
    assert.equal(stay.connected_at, old(stay.id).connected_at);
    assert.ok(stay.disconnected_at, 'no stay is open');
    const told = old(stay.id).disconnected_at;
    if (told) assert.equal(stay.disconnected_at, told);
    else {
      assert.ok(ms(stay.disconnected_at) <= killedAt, `${stay.disconnected_at} is after the kill`);
      assert.ok(ms(stay.disconnected_at) >= killedAt - HEARTBEAT_MS - 500, `${stay.disconnected_at} is more than a heartbeat before`);
    }
  }
  const [session] = await sessions(gone);
  assert.equal(session.live_participants, 0);
  assert.equal(session.max_concurrent_participants, 2);
  const sum = now.reduce((total, s) => total + ms(s.disconnected_at) - ms(s.connected_at), 0);
  assert.ok(Math.abs(session.minutes_consumed * 60_000 - sum) <= 4, `${session.minutes_consumed} min, ${sum} ms`);
});

test('the people of the other room come back by themselves', async () => {
  const { carol, dave } = people;
  const ids = await Promise.all([peerId(carol), peerId(dave)]);
  for (const who of [carol, dave]) {
    await until(`${who.name} is in again`, () => isIn(who), 60_000);
  }
  await until('both are listed', async () => (await stays(server, stubborn, '?is_connecting=true')).length === 2);
  assert.deepEqual(await others(carol), ['dave']);
  const [session, ...more] = await sessions(stubborn);
  assert.deepEqual(more, [], 'the same session goes on');
  assert.equal(session.status, 'LIVE');
  assert.equal(session.live_participants, 2);
  assert.deepEqual(await Promise.all([peerId(carol), peerId(dave)]), ids, 'the client keeps its peer id');
});

test('the session that nobody came back to ends one keep-alive after its last stay', async () => {
  const last = Math.max(...(await stays(server, gone)).map((s) => ms(s.disconnected_at)));
  const ended = await until(
    'the session is over',
    async () => {
      const [session] = await sessions(gone);
      return session.status === 'ENDED' ? session : undefined;
    },
    KEEP_ALIVE_MS + 10_000,
  );
  assert.equal(ms(ended.ended_at), last + KEEP_ALIVE_MS);
});

test('who comes back by itself when the session is over has a session of its own at either door', async () => {
  await until('the session of erin is over', async () => (await sessions(late))[0].status === 'ENDED', KEEP_ALIVE_MS);
  const peer = await peerId(people.erin);
  path.back();
  await until('erin is in again', async () => (await stays(server, late, '?is_connecting=true')).length === 1, RETURN_MS);
  assert.equal(await peerId(people.erin), peer, 'the client keeps its peer id');
  assert.deepEqual((await sessions(late)).map(({ status }) => status), ['LIVE', 'ENDED']);
  const [first, second] = await stays(server, late);
  assert.deepEqual([first.connection_id, second.connection_id], [peer, peer]);
  assert.notEqual(first.id, second.id);
  // What was told right before the kill may be told again.
  const told = () => [...new Set(receiver.bodies().map(({ action, payload }) => `${action} ${payload.sessionId}`))];
  await until('the second visit is told', () => told().length === 3);
  assert.deepEqual(told(), [`sessionJoined ${first.id}`, `sessionLeft ${first.id}`, `sessionJoined ${second.id}`]);
  const url = `${server.http}/sederunt/v1/apps/${server.app}/events?limit=1000&events=peer.joined&meeting_id=${late}`;
  const { events } = await (await fetch(url, { headers: { authorization: `Bearer ${server.token}` } })).json();
  assert.deepEqual(
    events.map((event) => [event.peer.id, shortId(event.peer.stay_id)]),
    [[peer, first.id], [peer, second.id]],
  );
});

test('a stop tells everybody and closes every stay with its true time', async () => {
  const from = Date.now();
  const { code, ms: took } = await server.stop({ keep: true });
  const to = Date.now();
  assert.equal(code, 0);
  assert.ok(took < 10_000);
  server = await startServer('kill', { data: server.data });
  for (const stay of await stays(server, stubborn)) {
    assert.ok(stay.disconnected_at, `open: ${JSON.stringify(stay)}`);
  }
  const last = Math.max(...(await stays(server, stubborn)).map((s) => ms(s.disconnected_at)));
  assert.ok(last >= from && last <= to, new Date(last).toISOString());
});
