// The parts of the page that need no browser. `npm test` compiles them into out/pure first.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isLocation, MAPPED_BASE, prefixOf, route } from '../out/pure/src/hosts.js';
import { admit, readLink } from '../out/pure/src/entry.js';
import { policy } from '../out/pure/src/policy.js';
import { endingNotice, endingOf, refusalNotice } from '../out/pure/src/words.js';

const origin = { protocol: 'http:', host: '127.0.0.1:8080' };
const to = (url, from = origin) => route(url, from);

test('the hosts of the client become the own origin, path and query unchanged', () => {
  const cases = {
    [`https://api.${MAPPED_BASE}/v2/internals/participant-details`]: 'http://127.0.0.1:8080/v2/internals/participant-details',
    [`https://api.${MAPPED_BASE}/iceservers`]: 'http://127.0.0.1:8080/iceservers',
    [`wss://socket-edge.${MAPPED_BASE}/ws?roomID=a&authToken=b.c_d-e`]: 'ws://127.0.0.1:8080/ws?roomID=a&authToken=b.c_d-e',
    [`https://api-silos.${MAPPED_BASE}/otel/logs`]: 'http://127.0.0.1:8080/otel/logs',
    [`https://da-collector.${MAPPED_BASE}/api/v1/message`]: 'http://127.0.0.1:8080/api/v1/message',
    // the name that the server gave with `socket.base_uri`: no URL at all, but a string that can be mapped
    'wss://socket-edge.127.0.0.1:8080/ws?x=1': 'ws://127.0.0.1:8080/ws?x=1',
  };
  for (const [from, want] of Object.entries(cases)) assert.deepEqual(to(from), { kind: 'to', url: want });
});

test('a page that came over TLS keeps TLS', () => {
  const secure = { protocol: 'https:', host: 'meet.example.org' };
  assert.deepEqual(to(`wss://socket-edge.${MAPPED_BASE}/ws`, secure), { kind: 'to', url: 'wss://meet.example.org/ws' });
  assert.deepEqual(to('https://api.meet.example.org/iceservers', secure), { kind: 'to', url: 'https://meet.example.org/iceservers' });
});

test('below the path of a proxy everything stays below it', () => {
  for (const [path, prefix] of [['/meet', ''], ['/meet/', ''], ['/a/b/meet', '/a/b'], ['/meet/meet', '/meet'], ['/x/', '/x']]) {
    assert.equal(prefixOf(path), prefix, path);
  }
  const below = { ...origin, prefix: '/calls' };
  assert.deepEqual(to(`wss://socket-edge.${MAPPED_BASE}/ws?x=1`, below), { kind: 'to', url: 'ws://127.0.0.1:8080/calls/ws?x=1' });
  assert.deepEqual(to(`https://api.${MAPPED_BASE}/v2/x`, below), { kind: 'to', url: 'http://127.0.0.1:8080/calls/v2/x' });
});

test('where somebody is, is nobody else\'s business', () => {
  assert.deepEqual(to(`https://location.${MAPPED_BASE}`), { kind: 'location' });
  assert.deepEqual(to(`https://location-legacy.${MAPPED_BASE}/?token=3&peerId=4`), { kind: 'location' });
  assert.equal(isLocation('https://location.meet.example.org', 'meet.example.org'), true);
  assert.equal(isLocation('https://api.meet.example.org/location.', 'meet.example.org'), false);
});

test('everything else is left alone', () => {
  for (const url of [
    '/meet/config.json',
    'http://127.0.0.1:8080/meet/token',
    'blob:http://127.0.0.1:8080/5d2c',
    `https://files.${MAPPED_BASE}/x`,
    `https://${MAPPED_BASE}/x`,
    'https://api.example.org/v2',
    `https://api.${MAPPED_BASE}.evil.example/v2`,
    `https://evil.example/https://api.${MAPPED_BASE}/v2`,
  ]) {
    assert.deepEqual(to(url), { kind: 'pass' }, url);
  }
});

test('both forms of a link are read, and none of their halves', () => {
  assert.deepEqual(readLink('?authToken=eyJx.y.z'), { kind: 'token', authToken: 'eyJx.y.z' });
  assert.deepEqual(readLink('?room_id=r1'), { kind: 'room', roomId: 'r1' });
  assert.deepEqual(readLink('?room_id=r1&access_token=t'), { kind: 'room', roomId: 'r1', accessToken: 't' });
  assert.deepEqual(readLink('?room_id=r1&access_token='), { kind: 'room', roomId: 'r1' });
  for (const query of ['', '?', '?authToken=', '?authToken=%20', '?access_token=t', '?room_id=']) {
    assert.deepEqual(readLink(query), { kind: 'missing' }, query);
  }
});

/** A server of canned answers that keeps what it was asked. */
function server(...answers) {
  const asked = [];
  const fetch = async (url, init) => {
    asked.push({ url, ...init });
    const next = answers.shift();
    if (next instanceof Error) throw next;
    return Response.json(next[1], { status: next[0] });
  };
  return { fetch, asked };
}

test('a room link is exchanged for a token, and the token is tried', async () => {
  const { fetch, asked } = server([200, { authToken: 'eyJa' }], [200, { success: true }]);
  assert.deepEqual(await admit({ kind: 'room', roomId: 'r', accessToken: 's' }, fetch), { authToken: 'eyJa' });
  assert.deepEqual(asked.map((a) => a.url), ['meet/token', 'v2/internals/participant-details']);
  assert.deepEqual(JSON.parse(asked[0].body), { room_id: 'r', access_token: 's' });
  assert.equal(asked[1].headers.authorization, 'Bearer eyJa');
});

test('an anonymous visitor sends no access token at all', async () => {
  const { fetch, asked } = server([400, { code: 'ROOM_NOT_FOUND', message: 'no room' }]);
  const { refusal } = await admit({ kind: 'room', roomId: 'r' }, fetch);
  assert.deepEqual(refusal, { cause: 'status', status: 400, code: 'ROOM_NOT_FOUND', message: 'no room' });
  assert.deepEqual(JSON.parse(asked[0].body), { room_id: 'r' });
});

test('the server\'s own words are found in each of its envelopes', async () => {
  const link = { kind: 'token', authToken: 'eyJ' };
  const envelope = { success: false, error: { code: 403, message: 'meeting is inactive' } };
  assert.equal((await admit(link, server([403, envelope]).fetch)).refusal.message, 'meeting is inactive');
  assert.equal((await admit(link, server([400, { code: 'X', message: 'flat' }]).fetch)).refusal.message, 'flat');
  for (const odd of [null, 'text', [], { error: null }, { message: 7 }]) {
    assert.deepEqual((await admit(link, server([404, odd]).fetch)).refusal.message, undefined);
  }
});

test('no answer is told apart from a bad one', async () => {
  const link = { kind: 'token', authToken: 'eyJ' };
  assert.deepEqual((await admit(link, server(new TypeError('failed')).fetch)).refusal, { cause: 'network' });
  const room = { kind: 'room', roomId: 'r' };
  assert.equal((await admit(room, server([200, {}]).fetch)).refusal.status, 500);
});

test('every way to be refused or to end has words of its own', () => {
  const said = new Map();
  const put = (name, { title, text }) => {
    assert.ok(title.length > 5 && text.length > 15, name);
    assert.equal(said.get(title), undefined, `${name} says the same as ${said.get(title)}`);
    said.set(title, name);
  };
  put('link', refusalNotice({ cause: 'link' }));
  put('network', refusalNotice({ cause: 'network' }));
  put('client', refusalNotice({ cause: 'client' }));
  for (const status of [401, 403, 404, 429, 503]) put(status, refusalNotice({ cause: 'status', status }));
  for (const code of ['ROOM_NOT_FOUND', 'ROOM_TERMINATED', 'MEETING_INACTIVE', 'MEMBER_BLOCKED', 'NOT_INVITED']) put(code, refusalNotice({ cause: 'status', status: 400, code }));
  for (const ending of ['left', 'kicked', 'ended', 'rejected', 'replaced', 'full', 'closed', 'failed']) put(ending, endingNotice(ending));
});

test('the reasons of the server are understood', () => {
  const understood = { 'replaced by another connection': 'replaced', 'removed from the meeting': 'kicked', 'the meeting has ended': 'ended', 'the meeting is full': 'full', 'the meeting is closed': 'closed', left: 'left', '': 'closed' };
  for (const [reason, ending] of Object.entries(understood)) assert.equal(endingOf(reason), ending);
});

test('the policy lets nothing out but to the server', () => {
  assert.match(policy('x:1', true), /connect-src 'self' blob: data:;/);
  assert.match(policy('meet.example.org', false), /connect-src 'self' https:\/\/\*\.meet\.example\.org wss:\/\/\*\.meet\.example\.org /);
});
