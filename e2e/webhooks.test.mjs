// Webhooks of a whole meeting at a receiver: what is told, in which order, and that everybody can check who said it, with the
// samples of docs/webhooks.md, the vendor's published ways, and the libraries of Standard Webhooks.
import assert from 'node:assert/strict';
import { createPublicKey, createVerify, webcrypto } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { Webhook } from 'standardwebhooks';
import { makeMeeting, nodeClient, shortId, stays } from './lib/api.mjs';
import { startReceiver } from './lib/receiver.mjs';
import { askPython, javascript } from './lib/samples.mjs';
import { startServer } from './lib/server.mjs';
import { until } from './lib/until.mjs';
import { EVENT, field, joinOnWire, number } from './lib/wire.mjs';

const EVENTS = ['meeting.started', 'meeting.ended', 'meeting.participantJoined', 'meeting.participantLeft', 'meeting.chatSynced'];
/** What escaping can get wrong. */
const TITLE = 'Weekly "sync" \\ / </b> \u2028 Zoë 日本 🦀 & 1\u007f';
const NAME = 'Ada "\t" Ünal 👩‍🚀';

let server;
let receiver;
let samples;
let publicKey;

before(async () => {
  const args = ['--webhook-allow', '127.0.0.0/8'];
  [server, samples] = await Promise.all([startServer('webhooks', { args }), javascript()]);
  // The first attempt of the first event is refused, so that one comes twice.
  receiver = await startReceiver((_, before) => (before === 0 ? 503 : 200));
  const answer = await fetch(`${server.http}/.well-known/webhooks.json`);
  ({ publicKey } = (await answer.json()).data);
});

after(async () => {
  await receiver?.close();
  await server?.stop();
});

/** With the server's token: what the door answers. */
async function call(path, body) {
  const headers = { authorization: `Bearer ${server.token}`, 'content-type': 'application/json' };
  const more = body ? { method: 'POST', body: JSON.stringify(body) } : {};
  const answer = await fetch(`${server.http}${path}`, { headers, ...more });
  assert.ok(answer.ok, `${path}: ${answer.status}`);
  return answer.json();
}

/** The vendor's sample of today: WebCrypto over the bytes that came. */
async function vendorRaw({ headers, body }) {
  const algorithm = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' };
  const der = createPublicKey(publicKey).export({ type: 'spki', format: 'der' });
  const key = await webcrypto.subtle.importKey('spki', der, algorithm, false, ['verify']);
  return webcrypto.subtle.verify(algorithm, key, Buffer.from(headers['rtk-signature'], 'base64'), body);
}

/** Its older sample, with the older header: over the parsed body, written again. */
function vendorAgain({ headers, body }) {
  const verifier = createVerify('RSA-SHA256');
  verifier.update(JSON.stringify(JSON.parse(body)));
  return verifier.verify(publicKey, headers['dyte-signature'], 'base64');
}

function withLibrary(secret, { headers, body }) {
  try {
    new Webhook(secret).verify(body, headers);
    return true;
  } catch {
    return false;
  }
}

/** What all ways that know a secret say of requests, each a list of `[way, verdict]`. */
async function ask(secret, requests) {
  const python = askPython({ server: server.http, secret, requests });
  const one = async (request, i) => ({
    'the key, JavaScript': await samples.isSignedByServer(server.http, request.headers, request.body),
    'the key, Python': python[i].key,
    'the vendor, raw': await vendorRaw(request),
    'the secret, JavaScript': samples.isSignedWithSecret(secret, request.headers, request.body),
    'the secret, Python': python[i].secret,
    'the library of npm': withLibrary(secret, request),
    'the library of PyPI': python[i].library,
  });
  return Promise.all(requests.map(one));
}

const KEY_WAYS = ['the key, JavaScript', 'the key, Python', 'the vendor, raw'];
const SECRET_WAYS = ['the secret, JavaScript', 'the secret, Python', 'the library of npm', 'the library of PyPI'];
const all = (verdict, ways = [...KEY_WAYS, ...SECRET_WAYS]) => Object.fromEntries(ways.map((way) => [way, verdict]));

let webhook;
let secret;

test('a meeting is told whole, in order, and in the words of the ledger', async () => {
  const { webhooks } = nodeClient(server).realtimeKit;
  const account = { account_id: server.account };
  const made = await webhooks.createWebhook(server.app, { ...account, name: 'All', url: `${receiver.url}/meetings`, events: EVENTS });
  webhook = made.data.id;
  ({ secret } = await call(`/sederunt/v1/apps/${server.app}/webhooks/${webhook}/secret`));

  const meeting = await makeMeeting(server, TITLE);
  const ada = await joinOnWire(server, meeting, NAME, 'group_call_host');
  const bob = await joinOnWire(server, meeting, 'Bob');
  const said = await bob.ask(EVENT.sendMessageToRoom, Buffer.concat([number(1, 0), field(2, 'hello')]));
  assert.notEqual(said.event, EVENT.error);
  bob.close();
  const isHis = ({ event, participant }) => event === 'meeting.participantLeft' && participant.peerId === bob.peer;
  await until('Bob has left', () => receiver.bodies().some(isHis));
  await nodeClient(server).realtimeKit.activeSession.kickAllParticipants(meeting, { ...account, app_id: server.app });

  const told = (await receiver.accepted(7)).map(({ body }) => JSON.parse(body));
  assert.deepEqual(
    told.map(({ event, participant }) => [event, participant?.peerId]),
    [
      ['meeting.started', undefined],
      ['meeting.participantJoined', ada.peer],
      ['meeting.participantJoined', bob.peer],
      ['meeting.participantLeft', bob.peer],
      ['meeting.participantLeft', ada.peer],
      ['meeting.ended', undefined],
      ['meeting.chatSynced', undefined],
    ],
  );
  assert.deepEqual([told[0].meeting.title, told[0].meeting.id, told[1].participant.userDisplayName], [TITLE, meeting, NAME]);
  assert.equal(told[5].reason, 'HOST_ENDED_MEETING');
  const chat = await fetch(told[6].chatDownloadUrl);
  assert.match(await chat.text(), /hello/);
});

test('headers are what the documentation says', async () => {
  const requests = await receiver.accepted(7);
  for (const { headers, method, url } of requests) {
    assert.deepEqual([method, url], ['POST', '/meetings']);
    assert.deepEqual([headers['content-type'], headers['user-agent']], ['application/json', 'Sederunt-Webhooks/1']);
    assert.equal(headers['rtk-webhook-id'], webhook);
    for (const name of ['signature', 'uuid', 'webhook-id']) assert.equal(headers[`dyte-${name}`], headers[`rtk-${name}`], name);
    assert.equal(headers['webhook-id'], headers['rtk-uuid']);
    assert.deepEqual([headers['sederunt-replay'], headers['sederunt-test']], [undefined, undefined]);
  }
  assert.equal(new Set(requests.map(({ headers }) => headers['rtk-uuid'])).size, 7);

  // The first event came twice, with nothing between: refused, then taken.
  const [refused, taken] = receiver.requests;
  assert.deepEqual([refused.status, taken.status], [503, 200]);
  assert.deepEqual([refused.headers['sederunt-attempt'], taken.headers['sederunt-attempt']], ['1', '2']);
  assert.equal(taken.headers['rtk-uuid'], refused.headers['rtk-uuid']);
  assert.ok(taken.body.equals(refused.body));

  // The feed has the same numbers.
  const { events } = await call(`/sederunt/v1/apps/${server.app}/events?after=0`);
  const joins = events.filter(({ type }) => type === 'peer.joined').map(({ seq }) => String(seq));
  const told = requests.filter(({ body }) => JSON.parse(body).event === 'meeting.participantJoined');
  assert.deepEqual(told.map(({ headers }) => headers['sederunt-sequence']), joins);
});

test('everybody can check who sent it', async () => {
  const { requests } = receiver;
  assert.deepEqual(await ask(secret, requests), requests.map(() => all(true)));
  for (const request of requests) assert.equal(vendorAgain(request), true, String(request.body));
});

test('nobody takes what was changed, is old, or is signed by another', async () => {
  const { headers, body } = receiver.requests[1];
  const changed = Buffer.from(String(body).replace('meeting.started', 'meeting.stopped'));
  assert.ok(!changed.equals(body));
  const { headers: other } = receiver.requests[3];
  const without = Object.fromEntries(Object.entries(headers).filter(([name]) => !name.endsWith('signature')));
  const unsigned = { headers: { ...without, 'rtk-signature': '', 'webhook-signature': '' }, body };
  const garbage = { headers: { ...headers, 'rtk-signature': 'a', 'webhook-signature': 'v1,AAAA v2,é' }, body };
  const wrong = [{ headers, body: changed }, { headers: other, body }, unsigned, garbage];
  assert.deepEqual(await ask(secret, wrong), wrong.map(() => all(false)));

  // The key does not sign the time, the secret does: neither another time passes nor the honest one of an hour ago.
  const time = new Date(Date.now() - 3_600_000);
  const seconds = String(Math.floor(time / 1000));
  const late = new Webhook(secret).sign(headers['webhook-id'], time, body);
  const next = String(Number(headers['webhook-timestamp']) + 1);
  const times = [
    { headers: { ...headers, 'webhook-timestamp': next }, body },
    { headers: { ...headers, 'webhook-timestamp': seconds, 'webhook-signature': late }, body },
  ];
  assert.deepEqual(await ask(secret, times), times.map(() => ({ ...all(true, KEY_WAYS), ...all(false, SECRET_WAYS) })));

  const { secret: another } = await call(`/sederunt/v1/apps/${server.app}/webhooks/${webhook}/secret/rotate`, {});
  const [verdict] = await ask(another, [{ headers, body }]);
  assert.deepEqual(verdict, { ...all(true, KEY_WAYS), ...all(false, SECRET_WAYS) });
});

test('while a secret is rotated both are good', async () => {
  const { secret: now } = await call(`/sederunt/v1/apps/${server.app}/webhooks/${webhook}/secret`);
  assert.notEqual(now, secret);
  const already = receiver.bodies().length;
  const meeting = await makeMeeting(server, 'Another');
  const ada = await joinOnWire(server, meeting, 'Ada');
  const told = (await receiver.accepted(already + 2)).slice(already);
  ada.close();
  for (const { headers } of told) assert.equal(headers['webhook-signature'].split(' ').length, 2);
  for (const one of [now, secret]) assert.deepEqual(await ask(one, told), told.map(() => all(true)));
});

/** A family in which nothing has happened is not printed: no request was forbidden here. */
const EMPTY = ['sederunt_webhook_refused_total'];

test('the metrics are those that are documented', async () => {
  const text = await (await fetch(`${server.metrics}/metrics`)).text();
  const families = [...text.matchAll(/^# TYPE (sederunt_webhook_\w+) (\w+)$/gm)];
  const exported = families.map(([, name, type]) => (type === 'counter' ? `${name}_total` : name));
  assert.ok(exported.includes('sederunt_webhook_deliveries_total'), text);
  const [, table] = readFileSync(new URL('../docs/webhooks.md', import.meta.url), 'utf8').split('### Metrics');
  const documented = [...table.matchAll(/`(sederunt_webhook_\w+)/g)].map(([, name]) => name);
  assert.deepEqual([...new Set([...exported, ...EMPTY])].sort(), documented.sort());
  assert.match(text, /^sederunt_webhook_deliveries_total\{result="delivered"\} [1-9]/m);
});

test('the webhook of a room', async () => {
  const rooms = await startReceiver();
  try {
    const hook = { url: `${rooms.url}/rooms`, headers: { 'X-Key': 'of the room' } };
    const { room } = await call('/v1/rooms', { name: 'Lesson', type: 'public', webhook: hook });
    const { data } = await nodeClient(server).realtimeKit.meetings.get(server.app, { account_id: server.account });
    const meeting = data.find(({ title }) => title === 'Lesson').id;
    assert.equal(shortId(meeting), room.id);
    const ada = await joinOnWire(server, meeting, 'Ada');
    const bob = await joinOnWire(server, meeting, 'Bob');
    await rooms.accepted(2);
    bob.close();
    const requests = await rooms.accepted(3);

    const told = rooms.bodies();
    const [first, second] = await stays(server, room.id);
    assert.deepEqual(
      told.map(({ action, payload }) => [action, payload.roomId, payload.sessionId, payload.sessionsCount, payload.membersCount]),
      [
        ['sessionJoined', room.id, first.id, 1, 1],
        ['sessionJoined', room.id, second.id, 2, 2],
        ['sessionLeft', room.id, second.id, 1, 1],
      ],
    );
    assert.deepEqual([first.connection_id, second.connection_id], [ada.peer, bob.peer]);
    const python = askPython({ server: server.http, requests });
    assert.deepEqual(python, requests.map(() => ({ key: true })));
    for (const { headers, body } of requests) {
      assert.deepEqual([headers['x-key'], headers['rtk-signature'], headers['dyte-signature']], ['of the room', undefined, undefined]);
      assert.equal(await samples.isSignedByServer(server.http, headers, body), true);
      assert.equal(await samples.isSignedByServer(server.http, headers, Buffer.concat([body, Buffer.from(' ')])), false);
    }
    ada.close();
  } finally {
    await rooms.close();
  }
});
