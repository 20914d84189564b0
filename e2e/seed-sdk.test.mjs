// The example of the RealtimeKit documentation of `getSessions`, with `baseURL` added and nothing else changed but the
// two ids; then the same through the Python SDK.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import Cloudflare from 'cloudflare';
import { makeMeeting, pythonBase } from './lib/api.mjs';
import { pythonClient } from './lib/python.mjs';
import { startServer } from './lib/server.mjs';
import { joinOnWire } from './lib/wire.mjs';

let server;
let python;

before(async () => {
  server = await startServer('seed-sdk');
  python = pythonClient(pythonBase(server), server);
});

after(async () => {
  python?.close();
  await server?.stop();
});

/** The documentation's own lines. */
async function example() {
  process.env['CLOUDFLARE_API_TOKEN'] = server.token;

  const client = new Cloudflare({
    baseURL: `${server.http}/client/v4`,
    apiToken: process.env['CLOUDFLARE_API_TOKEN'], // This is the default and can be omitted
  });

  const response = await client.realtimeKit.sessions.getSessions(server.app, {
    account_id: server.account,
  });

  return response.data;
}

test('an app without a session', async () => {
  assert.deepEqual(await example(), { sessions: [] });
  assert.deepEqual(await python.sessions(), { sessions: [], total: 0 });
});

test('an app with one', async () => {
  const room = await makeMeeting(server, 'Weekly sync');
  const peer = await joinOnWire(server, room, 'alice');
  const { sessions } = await example();
  assert.equal(sessions.length, 1);
  const [session] = sessions;
  assert.equal(session.associated_id, room);
  assert.equal(session.meeting_display_name, 'Weekly sync');
  assert.equal(session.organization_id, server.app);
  assert.equal(session.status, 'LIVE');
  assert.equal(session.type, 'meeting');
  assert.equal(session.live_participants, 1);
  assert.equal(session.max_concurrent_participants, 1);
  assert.deepEqual(session.breakout_rooms, []);
  for (const key of ['created_at', 'started_at', 'updated_at']) {
    assert.match(session[key], /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/, key);
  }
  const { sessions: [same], total } = await python.sessions({ status: 'LIVE', search: 'weekly', sort_by: 'createdAt' });
  assert.equal(total, 1);
  assert.equal(same.id, session.id);
  assert.equal(same.live_participants, 1);
  peer.close();
});

// O077: the SDK has the same route twice.
test('the days of an app', async () => {
  const client = new Cloudflare({ baseURL: `${server.http}/client/v4`, apiToken: server.token });
  const { realtimeKit } = client;
  const today = new Date().toISOString().slice(0, 10);
  const range = { account_id: server.account, start_date: '2026-01-01', end_date: '2026-01-02' };
  for (const resource of [realtimeKit.analytics, realtimeKit.livestreams]) {
    const { success, data } = await resource.getOrgAnalytics(server.app, { account_id: server.account });
    assert.equal(success, true);
    assert.deepEqual(data.recording_stats, { day_stats: [], recording_count: 0, recording_minutes_consumed: 0 });
    assert.equal(data.session_stats.sessions_count, 1);
    assert.equal(data.session_stats.day_stats.at(-1).day <= `${today}T00:00:00.000Z`, true);
    const nothing = await resource.getOrgAnalytics(server.app, range);
    assert.deepEqual(nothing.data.session_stats, { day_stats: [], sessions_count: 0, sessions_minutes_consumed: 0 });
  }
});

test('what is not built is asked for once, whatever the SDK does with other faults', async () => {
  let requests = 0;
  const counting = (...args) => {
    requests += 1;
    return fetch(...args);
  };
  // With the retries that the SDK has by default.
  const client = new Cloudflare({ baseURL: `${server.http}/client/v4`, apiToken: server.token, fetch: counting });
  const { account: account_id, app: app_id } = server;
  const room = await makeMeeting(server, 'Nothing here');
  const calls = {
    'a start': () => client.realtimeKit.recordings.startRecordings(app_id, { account_id, meeting_id: room }),
    'of older SDKs: a stream': () => client.put(`/accounts/${account_id}/realtime/kit/${app_id}/livestreams/${room}/disable`),
  };
  for (const [what, call] of Object.entries(calls)) {
    requests = 0;
    await assert.rejects(call(), (error) => error.status === 501, what);
    assert.equal(requests, 1, what);
  }
});

// The shape of the vendor's SDKs for Node and Go: the member that is made carries the token of the link.
test('a link that the Pagecall SDKs build lets its user in', async () => {
  const headers = { authorization: `Bearer ${server.token}`, 'content-type': 'application/json' };
  const post = async (path, body) => {
    const answer = await fetch(`${server.http}${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
    assert.equal(answer.status, 200, path);
    return answer.json();
  };
  const people = [{ user_id: 'teacher 1', type: 'host', name: 'Teacher' }];
  const { room } = await post('/v1/rooms', { name: 'Lesson', type: 'private', members: people });
  const { member } = await post(`/v1/rooms/${room.id}/members`, { user_id: 'teacher 1' });
  assert.match(member.access_token, /^[0-9a-f]{64}$/);
  const entry = await post('/meet/token', { room_id: room.id, access_token: member.access_token });
  const details = await fetch(`${server.http}/v2/internals/participant-details`, { headers: { authorization: `Bearer ${entry.authToken}` } });
  assert.equal((await details.json()).data.participant.name, 'Teacher');
});

test('errors arrive as the SDKs\' own', async () => {
  const stranger = new Cloudflare({ baseURL: `${server.http}/client/v4`, apiToken: 'nonsense', maxRetries: 0 });
  const ask = (app, more) => stranger.realtimeKit.sessions.getSessions(app, { account_id: server.account, ...more });
  await assert.rejects(ask(server.app), Cloudflare.AuthenticationError);
  await assert.rejects(python.sessions({ status: 'live' }), (error) => error.status === 400 && /must be one of \[LIVE, ENDED\]/.test(error.message));
  await assert.rejects(python.sessions({ start_time: 'yesterday' }), (error) => error.status === 400);
});
