// A customer's program for Pagecall, `field/tutoring`: a lesson with tutor, pupil and supervisor at the meeting page, in which
// a connection is cut, and server and program are killed together; its bill is right to the second all the same.
import assert from 'node:assert/strict';
import { mkdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { stays } from './lib/api.mjs';
import { startBrowser } from './lib/browser.mjs';
import { assertDone, during, exported, startProgram } from './lib/field.mjs';
import { openMeet, pressJoin } from './lib/meet.mjs';
import { startServer } from './lib/server.mjs';
import { until } from './lib/until.mjs';
import { bill } from './field/tutoring/bill.mjs';

const ARGS = ['--webhook-allow', '127.0.0.0/8'];
/** A stay that a kill ends, ends at the last heartbeat. */
const HEARTBEAT_MS = 5_500;
/** From the start of the server, or the return of a receiver, until everything is as it was. */
const BACK_MS = 60_000;
const MEMBERS = [
  { user_id: 'tutor-1', name: 'Tess', type: 'host' },
  { user_id: 'pupil-1', name: 'Kim', type: 'guest' },
  { user_id: 'watch-1', name: 'Vera', type: 'monitor' },
];

const ms = (time) => Date.parse(time);

let server;
let chromium;
let program;
let options;
let room;
const people = {};
/** What each browser did, stay by stay: see `assertDone`. The pupil has two. */
const did = { tess: [], kim: [], tablet: [], vera: [] };
const USERS = { tess: 'tutor-1', kim: 'pupil-1', tablet: 'pupil-1', vera: 'watch-1' };

before(async () => {
  [server, chromium] = await Promise.all([startServer('field-tutoring', { args: ARGS }), startBrowser()]);
  for (const name of Object.keys(did)) people[name] = await chromium.person(name);
  const folder = path.join(server.data, 'customer');
  await mkdir(folder);
  const plan = { name: 'Algebra', hourly_rate: 3600, members: MEMBERS };
  // Entry by the address of the page; the API is the same server.
  options = { folder, planName: 'LESSON', plan, env: { BASE_URL: server.page, PAGECALL_API_KEY: server.token } };
  program = await startProgram('tutoring/tutoring.mjs', options);
  room = new URL(Object.values(await program.get('/links'))[0]).searchParams.get('room_id');
});

after(async () => {
  await program?.kill();
  await chromium?.close();
  if (server?.alive()) await server.stop();
});

const startAgain = async () => (program = await startProgram('tutoring/tutoring.mjs', { ...options, port: program.port }));

async function api(where) {
  const answer = await fetch(`${server.http}${where}`, { headers: { authorization: `Bearer ${server.token}` } });
  assert.equal(answer.status, 200, where);
  return answer.json();
}

const connected = async () => (await stays(server, room, '?is_connecting=true')).length;
const numbers = (count, deadline) => until(`${count} are connected`, async () => (await connected()) === count, deadline);

async function joins(who) {
  const links = await program.get('/links');
  const already = await connected();
  await openMeet(people[who], links[USERS[who]]);
  const joined = await during(async () => {
    await pressJoin(people[who]);
    await numbers(already + 1);
  });
  did[who].push({ joined });
}

async function leaves(who) {
  const already = await connected();
  did[who].at(-1).left = await during(async () => {
    await people[who].page.evaluate(() => window.meeting.leave());
    await numbers(already - 1);
  });
}

/** Milliseconds from the sessions that the server lists: who was there from each instant at which somebody came or went to the next. */
async function listed() {
  const all = (await stays(server, room)).map((s) => ({ ...s, from: ms(s.connected_at), to: ms(s.disconnected_at) }));
  const isThere = (user, at) => all.some(({ user_id, from, to }) => user_id === user && from <= at && at < to);
  const edges = [...new Set(all.flatMap(({ from, to }) => [from, to]))].sort((a, b) => a - b);
  const there = { 'tutor-1': 0, 'pupil-1': 0, 'watch-1': 0, both: 0 };
  edges.slice(1).forEach((to, i) => {
    const from = edges[i];
    for (const { user_id } of MEMBERS) if (isThere(user_id, from)) there[user_id] += to - from;
    if (isThere('tutor-1', from) && isThere('pupil-1', from)) there.both += to - from;
  });
  return there;
}

test('the supervisor watches, the lesson begins, the pupil comes with a second device', async () => {
  for (const who of ['vera', 'tess', 'kim', 'tablet']) await joins(who);
  await leaves('tablet');
});

test('a cut connection that is back in time is one session', async () => {
  await people.kim.page.evaluate(() => window.__probe.cut());
  await until('kim is back', async () => {
    const { events } = await api(`/sederunt/v1/apps/${server.app}/events?after=0&events=peer.away,peer.back`);
    return events.map(({ type }) => type).join() === 'peer.away,peer.back';
  });
  await until('kim is in again', () => people.kim.page.evaluate(() => window.meeting.self.roomState === 'joined'));
  assert.equal(await connected(), 3);
});

test('server and program are killed; the server is back before the program', async () => {
  await program.kill();
  const killed = await server.kill();
  const all = ['tess', 'kim', 'vera'];
  for (const who of all) did[who].at(-1).left = { from: killed - HEARTBEAT_MS, to: killed };
  const back = await during(async () => {
    server = await startServer('field-tutoring', { data: server.data, http: new URL(server.http).host, args: ARGS });
    await until('an attempt has failed', async () => {
      const { deliveries } = await api(`/sederunt/v1/apps/${server.app}/rooms/${room}/webhook/deliveries?state=waiting`);
      return deliveries.some(({ attempts }) => attempts.length > 0);
    });
    await startAgain();
    await numbers(3, BACK_MS);
  });
  for (const who of all) did[who].push({ joined: back });
});

test('the tutor is out for a moment, and the lesson ends', async () => {
  await leaves('tess');
  await joins('tess');
  const left = await during(() => program.post('/end'));
  for (const who of ['tess', 'kim', 'vera']) did[who].at(-1).left = left;
  await until(
    'the bill is complete',
    async () => {
      const [{ stays: all }] = exported(server);
      const lines = (await readFile(program.journal, 'utf8')).trimEnd().split('\n');
      assert.equal(lines.length, 2 * all.length);
      return (await program.get('/bill')).everybody_left;
    },
    BACK_MS,
  );
});

test('the bill is what the server lists, counts and exports', async () => {
  const { members, meeting_time, sum_seconds, amount } = await program.get('/bill');
  const there = await listed();
  const whole = (milliseconds) => Math.floor(milliseconds / 1000);
  assert.deepEqual(
    members.map(({ user_id, connected_seconds, billed_seconds }) => [user_id, connected_seconds, billed_seconds]),
    [
      ['tutor-1', whole(there['tutor-1']), whole(there.both)],
      ['pupil-1', whole(there['pupil-1']), whole(there.both)],
      ['watch-1', whole(there['watch-1']), 0],
    ],
  );
  const { room: seen } = await api(`/v1/rooms/${room}`);
  assert.equal(seen.is_terminated, true);
  assert.equal(meeting_time, seen.meeting_time);
  assert.equal(meeting_time, whole(there.both));
  assert.ok(meeting_time > 0 && meeting_time < whole(there['pupil-1']), 'the tutor was out, and late');
  assert.deepEqual([sum_seconds, amount], [2 * meeting_time, meeting_time]);

  const [session, ...more] = exported(server);
  assert.deepEqual(more, []);
  const own = (list) => list.map((s) => [s.user_id, s.connected_at ?? s.joined_at, s.disconnected_at ?? s.left_at]).sort();
  assert.deepEqual(own(session.stays), own(await stays(server, room)));
});

test('the sessions are what people did', async () => {
  const all = (await stays(server, room)).map((s) => ({ user: s.user_id, from: ms(s.connected_at), to: ms(s.disconnected_at) }));
  const of = (user) => all.filter((s) => s.user === user);
  assertDone('tess', of('tutor-1'), did.tess);
  assertDone('vera', of('watch-1'), did.vera);
  const [first, second] = did.kim;
  assertDone('kim', of('pupil-1'), [first, did.tablet[0], second]);
});

test('who comes back under the id that it had, after a call that was over, is billed for both visits', () => {
  const at = (second) => new Date(1_700_000_000_000 + second * 1000).toISOString();
  const event = (action, userId, second) => ({ action, payload: { roomId: 'r', userId, sessionId: `of ${userId}`, timestamp: at(second) } });
  const users = ['tutor-1', 'pupil-1'];
  const visit = (from, to) => users.flatMap((user) => [event('sessionJoined', user, from), event('sessionLeft', user, to)]);
  const { meeting_time, everybody_left } = bill({ ...options.plan, room: 'r' }, [...visit(200, 230), ...visit(0, 10)], Date.now());
  assert.deepEqual([meeting_time, everybody_left], [40, true]);
});

test('the bill was printed, and neither order, nor strangers, nor another start change it', async () => {
  const right = await program.get('/bill');
  const kept = await readFile(program.journal, 'utf8');
  const events = kept.trimEnd().split('\n').map((line) => JSON.parse(line).event);
  const [{ payload }] = events;
  const stranger = { method: 'POST', body: JSON.stringify({ action: 'sessionLeft', payload: { ...payload, sessionId: 'x' } }) };
  assert.equal((await fetch(`${program.url}/hook`, stranger)).status, 401);
  assert.deepEqual(bill({ ...options.plan, room }, events.toReversed(), Date.now()), right);
  const total = new RegExp(`^meeting time ${Math.floor(right.meeting_time / 60)}:\\d\\d, to pay ${right.amount}.00$`, 'm');
  assert.match(program.printed(), total);

  // Everything is sent once more, as if no answer had come.
  const base = `/sederunt/v1/apps/${server.app}/rooms/${room}/webhook/deliveries`;
  const authorization = `Bearer ${server.token}`;
  const deliveries = await until('the log is written', async () => {
    const { deliveries: all } = await api(`${base}?limit=100`);
    return all.length === events.length && all.every(({ state }) => state === 'delivered') && all;
  });
  await program.kill();
  await startAgain();
  for (const { id } of deliveries) {
    const again = await fetch(`${server.http}${base}/${id}/retry`, { method: 'POST', headers: { authorization } });
    assert.equal(again.status, 202, await again.text());
  }
  await until('all were sent again', async () => {
    const now = (await api(`${base}?limit=100`)).deliveries;
    return now.every(({ id, state, attempts }) => {
      const before = deliveries.find((d) => d.id === id).attempts.length;
      return state === 'delivered' && attempts.length > before;
    });
  });
  assert.equal(await readFile(program.journal, 'utf8'), kept);
  assert.deepEqual(await program.get('/bill'), right);
  assert.match(program.printed(), total);
});
