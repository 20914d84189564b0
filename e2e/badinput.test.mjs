// What a stranger, a broken client or an attacker may send to the running server, while two people are in a call: the
// sender is told clearly, nobody else notices, the process lives on, and the ledger stays right.
import assert from 'node:assert/strict';
import { randomBytes, randomUUID } from 'node:crypto';
import dgram from 'node:dgram';
import { after, before, test } from 'node:test';
import { addParticipant, makeMeeting, stays } from './lib/api.mjs';
import { openBare, peerId, playing } from './lib/bare.mjs';
import { startBrowser } from './lib/browser.mjs';
import { watchLedger } from './lib/ledger.mjs';
import { startServer } from './lib/server.mjs';
import { until } from './lib/until.mjs';
import { EVENT, field, frame, joinOnWire, number, openSocket } from './lib/wire.mjs';

let server;
let chromium;
let room;
let other;
let ledger;
let alice;
let bob;
let aliceToken;

before(async () => {
  server = await startServer('badinput');
  chromium = await startBrowser();
  room = await makeMeeting(server, 'Under fire');
  other = await makeMeeting(server, 'Somewhere else');
  alice = await chromium.person('alice');
  bob = await chromium.person('bob');
  aliceToken = (await addParticipant(server, room, 'alice', 'group_call_host')).token;
  await openBare(alice, server.page, aliceToken);
  await openBare(bob, server.page, (await addParticipant(server, room, 'bob')).token);
  await unharmed();
  ledger = watchLedger(server, room);
});

after(async () => {
  const watched = ledger?.close();
  await watched?.catch(() => {});
  await chromium?.close();
  const over = await server?.stop();
  await watched;
  assert.deepEqual([over?.code, over?.signal], [0, null], 'the server stopped by itself');
});

/** Both pages still play each other, and the process has not stumbled. */
async function unharmed() {
  await Promise.all([playing(alice, { video: 1, audio: 1 }), playing(bob, { video: 1, audio: 1 })]);
  assert.ok(server.alive(), 'the server runs');
  assert.doesNotMatch(await server.log(), /panicked/, 'no panic in the log');
}

const open = async () => (await stays(server, room, '?is_connecting=true')).length;

/** Is told "no" at the handshake: `statuses` are acceptable. */
async function refused(what, options, statuses) {
  const peer = openSocket(server, options);
  const opened = await peer.opened;
  if (opened) peer.close();
  assert.equal(opened, false, `${what} opened a socket`);
  assert.ok(statuses.includes(peer.refused), `${what}: ${peer.refused}`);
}

/** A token like `token` with other claims or another signature. */
function forged(token, change, sign = (signature) => signature) {
  const [head, claims, signature] = token.split('.');
  const changed = change ? { ...JSON.parse(Buffer.from(claims, 'base64url')), ...change } : undefined;
  return [head, changed ? Buffer.from(JSON.stringify(changed)).toString('base64url') : claims, sign(signature)].join('.');
}

test('wrong and foreign tokens open nothing', async () => {
  const elsewhere = (await addParticipant(server, other, 'eve')).token;
  const none = `${Buffer.from('{"alg":"none","typ":"JWT"}').toString('base64url')}.${aliceToken.split('.')[1]}.`;
  const cases = {
    'no token': '',
    'not a token': 'eyJ',
    'three dots': 'eyJ...',
    'no signature': forged(aliceToken, undefined, () => ''),
    'a broken signature': forged(aliceToken, undefined, (s) => s.slice(0, -8) + (s.endsWith('AAAAAAAA') ? 'BBBBBBBB' : 'AAAAAAAA')),
    'changed claims': forged(aliceToken, { meetingId: other }),
    'algorithm none': none,
    'an API token': server.token,
    '64 KiB': `eyJ${'a'.repeat(60_000)}.b.c`,
  };
  for (const [what, token] of Object.entries(cases)) {
    await refused(what, { roomID: room, token }, what === '64 KiB' ? [401, 414, 431] : [400, 401]);
  }
  await refused('a token of another meeting', { roomID: room, token: elsewhere }, [400, 401, 403]);
  await refused('no such room', { roomID: randomUUID(), token: aliceToken }, [400, 401, 403, 404]);
  await refused('a peer id that is none', { roomID: room, token: aliceToken, peer: 'x'.repeat(300) }, [400]);
  const details = (authorization) => fetch(`${server.http}/v2/internals/participant-details`, { headers: authorization ? { authorization } : {} });
  for (const wrong of [undefined, 'Bearer eyJ', `Bearer ${cases['changed claims']}`, `Basic ${aliceToken}`]) {
    const answer = await details(wrong);
    assert.equal(answer.status, 401, wrong);
    assert.match(answer.headers.get('content-type') ?? '', /json/);
  }
  await unharmed();
});

test('a peer id that is in use belongs to its owner', async () => {
  const taken = await peerId(alice);
  const eve = (await addParticipant(server, room, 'eve')).token;
  const thief = openSocket(server, { roomID: room, token: eve, peer: taken });
  if (await thief.opened) {
    const info = Buffer.concat([field(1, taken), field(3, 'alice')]);
    const reply = await thief.ask(EVENT.joinRoom, field(1, info));
    if (reply) assert.equal(reply.event, EVENT.error);
    else assert.match(thief.closed.reason, /in use/);
    thief.close();
  }
  await unharmed();
  assert.equal(await alice.page.evaluate(() => window.meeting.self.roomState), 'joined');
  assert.equal(await open(), 2);
});

test('a frame that cannot be read ends its own socket, and says why', async () => {
  const bad = {
    'a cut varint': Buffer.from([0x08, 0xff]),
    'a length beyond the end': Buffer.from([0x12, 0x7f, 0x61]),
    'a group': Buffer.from([0x0b, 0x0c]),
    'an endless varint': Buffer.alloc(64, 0xff),
    'an id that is no text': Buffer.concat([number(1, EVENT.joinRoom), field(2, Buffer.from([0xc3, 0x28]))]),
  };
  for (const [what, bytes] of Object.entries(bad)) {
    const { token } = await addParticipant(server, room, 'mallory');
    const peer = openSocket(server, { roomID: room, token });
    assert.ok(await peer.opened, what);
    peer.socket.send(bytes);
    const closed = await until(`an end to the socket of ${what}`, () => peer.closed);
    assert.ok([1002, 1003, 1007, 1008].includes(closed.code), `${what}: ${JSON.stringify(closed)}`);
    assert.ok(closed.reason.length > 5, `${what}: ${JSON.stringify(closed)}`);
  }
  await unharmed();
});

test('a request that makes no sense is answered in the form of the client', async () => {
  const peer = await joinOnWire(server, room, 'mallory');
  const asked = {
    'an unknown event': [987_654_321, Buffer.alloc(0)],
    'an unknown event of a known service': [50_331_900, Buffer.from('x')],
    'a payload that is none': [EVENT.joinRoom, Buffer.from([0xff, 0xff, 0xff])],
    'no payload': [EVENT.mediaJoinRoom, Buffer.alloc(0)],
    'an error from the client': [EVENT.error, Buffer.from('x')],
    'a text that is none': [EVENT.sendMessageToRoom, Buffer.concat([number(1, 0), field(2, Buffer.from([0xc3, 0x28]))])],
    'a text without end': [EVENT.sendMessageToRoom, Buffer.concat([number(1, 0), field(2, 'x'.repeat(60_000))])],
  };
  for (const [what, [event, payload]] of Object.entries(asked)) {
    const reply = await peer.ask(event, payload);
    assert.ok(reply, `${what}: ${JSON.stringify(peer.closed)}`);
    if (what === 'no payload') continue; // an empty message is a message
    assert.ok([EVENT.error, EVENT.mediaError].includes(reply.event), `${what}: ${reply.event}`);
    assert.ok(reply.payload.length > 2, `${what}: says why`);
  }
  const since = Date.now();
  peer.socket.send(Buffer.alloc(0)); // event 0 without an id
  await unharmed();
  assert.equal(peer.closed, undefined);
  ledger.away(peer.peer, since);
  peer.socket.terminate();
});

test('media requests out of order or with nonsense in them', async () => {
  const peer = await joinOnWire(server, room, 'trudy');
  const description = (sdp) => field(3, Buffer.concat([field(1, 'PUBLISHER'), field(2, 'offer'), field(3, sdp)]));
  const asked = {
    'a transport without an offer': [EVENT.createTransport, number(1, 0)],
    'a transport with nonsense': [EVENT.createTransport, description('v=0\r\nnonsense')],
    'a transport with a huge offer': [EVENT.createTransport, description(`v=0\r\n${'a=x\r\n'.repeat(9000)}`)],
    'a producer without a transport': [EVENT.produce, field(1, 'audio')],
    'a consumer without a transport': [EVENT.consume, field(1, 'none')],
  };
  for (const [what, [event, payload]] of Object.entries(asked)) {
    const reply = await peer.ask(event, payload);
    assert.ok([EVENT.error, EVENT.mediaError].includes(reply?.event), `${what}: ${reply?.event}`);
  }
  await unharmed();
  peer.close();
});

test('an oversized frame ends its own socket only', async () => {
  // The server may have heard the last of it while this process waits for its turn.
  const since = Date.now();
  const peer = await joinOnWire(server, room, 'oscar');
  ledger.away(peer.peer, since);
  peer.socket.on('error', () => {});
  peer.socket.send(frame(EVENT.sendMessageToRoom, 'big', Buffer.alloc(8 * 1024 * 1024, 0x61)));
  const closed = await until('the socket is closed', () => peer.closed);
  assert.ok([1009, 1006, 1008].includes(closed.code), JSON.stringify(closed));
  await unharmed();
});

test('a flood of frames from one peer', async () => {
  const since = Date.now();
  const peer = await joinOnWire(server, room, 'flora');
  ledger.away(peer.peer, since);
  // A page on a busy machine may read all this too slowly: its socket is ended then, and it comes back.
  for (const person of [alice, bob]) ledger.away(await peerId(person), since);
  peer.socket.on('error', () => {});
  const one = frame(EVENT.sendMessageToRoom, 'f', Buffer.concat([number(1, 0), field(2, 'x'.repeat(500))]));
  for (let i = 0; i < 2000 && peer.socket.readyState === 1; i++) peer.socket.send(one);
  await unharmed();
  peer.close();
  // All of it is through when its sender is out; whoever then hears the other has a socket that nothing waits for.
  await until('flora is out', async () => (await stays(server, room)).find((s) => s.connection_id === peer.peer)?.disconnected_at, 40_000);
  for (const [from, to] of [[alice, bob], [bob, alice]]) {
    const text = `after the flood, ${from.name}`;
    await until(`${to.name} hears ${from.name}`, async () => {
      await from.page.evaluate((t) => window.meeting.chat.sendTextMessage(t), text);
      return to.page.evaluate((t) => window.meeting.chat.messages.some((m) => m.message === t), text);
    }, 40_000);
  }
  for (const person of [alice, bob]) await ledger.back(await peerId(person));
});

test('10 000 datagrams of garbage on the media port', async () => {
  const [host, port] = server.media.split(':');
  const socket = dgram.createSocket('udp4');
  const send = (bytes) => new Promise((sent, failed) => socket.send(bytes, Number(port), host, (error) => (error ? failed(error) : sent())));
  // Noise; and noise that begins like STUN, like DTLS, like RTP, like RTCP; and empty.
  const starts = [[], [0, 1, 0, 8, 0x21, 0x12, 0xa4, 0x42], [22, 254, 253, 0, 0], [0x80, 96, 0, 1], [0x81, 206, 0, 2], [0x80, 200, 0xff, 0xff]];
  for (let i = 0; i < 10_000; i++) {
    const start = starts[i % starts.length];
    await send(Buffer.concat([Buffer.from(start), randomBytes(i % 13 === 0 ? 0 : 1 + (i % 1400))]));
  }
  socket.close();
  await unharmed();
});

test('HTTP that is none of ours', async () => {
  const status = async (path, init) => (await fetch(`${server.http}${path}`, init)).status;
  assert.equal(await status('/nothing/here'), 404);
  assert.equal(await status('/meet/assets/../../../../etc/passwd'), 404);
  assert.equal(await status('/meet/assets/%2e%2e/%2e%2e/index.html'), 404);
  assert.ok([400, 401, 426].includes(await status('/ws')));
  assert.ok([400, 415, 422].includes(await status('/meet/token', { method: 'POST', body: '{' })));
  assert.ok([400, 413].includes(await status('/meet/token', { method: 'POST', headers: { 'content-type': 'application/json' }, body: `{"room_id":"${'a'.repeat(3_000_000)}"}` })));
  await unharmed();
});

test('in the end two are in, and the ledger has counted everybody', async () => {
  await ledger.sees(
    'two are in',
    ({ sessions, stays: all }) => {
      assert.equal(sessions[0].live_participants, 2);
      // alice, bob, mallory, trudy, oscar, flora
      assert.equal(all.length, 6);
    },
    40_000,
  );
});
