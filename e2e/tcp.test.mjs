// A network that lets no UDP through: sound and pictures come as a stream to the one port that the page came from.
import assert from 'node:assert/strict';
import dgram from 'node:dgram';
import net from 'node:net';
import { after, before, test } from 'node:test';
import { addParticipant, makeMeeting, stays } from './lib/api.mjs';
import { openBare, others, playing, ways } from './lib/bare.mjs';
import { startBrowser } from './lib/browser.mjs';
import { freePort } from './lib/port.mjs';
import { startServer } from './lib/server.mjs';
import { until } from './lib/until.mjs';

const NAMES = ['alice', 'bob'];

let chromium;
// Announced instead of the media port; whatever a browser sends there is lost.
const hole = dgram.createSocket('udp4');
const noUdp = () => ['--media-announce', `127.0.0.1:${hole.address().port}`];

before(async () => {
  await new Promise((done) => hole.bind(0, '127.0.0.1', done));
  // Of all that a browser trusts for TURN inside TLS, this flag alone is the test's to give.
  chromium = await startBrowser(['--ignore-certificate-errors']);
});

after(async () => {
  await chromium?.close();
  hole.close();
});

const metric = async (server, name) => {
  const text = await (await fetch(`${server.metrics}/metrics`)).text();
  return Number(text.match(new RegExp(`^sederunt_${name} (\\d+)`, 'm'))?.[1]);
};

async function meet(name, args, check, http) {
  const server = await startServer(name, { args, http });
  const people = {};
  try {
    const room = await makeMeeting(server, name);
    for (const who of NAMES) {
      people[who] = await chromium.person(who);
      const { token } = await addParticipant(server, room, who);
      await openBare(people[who], server.page, token);
    }
    await Promise.all(NAMES.map((who) => playing(people[who], { video: 1, audio: 1 })));
    await check({ server, people, room });
  } finally {
    for (const { context } of Object.values(people)) await context.close();
    if (server.alive()) await server.stop();
  }
}

test('without UDP two people see and hear each other over the one TCP port', async () => {
  await meet('tcp', [...noUdp(), '--media-tcp-announce', '127.0.0.1'], async ({ server, people, room }) => {
    for (const who of NAMES) {
      assert.deepEqual(await ways(people[who]), ['tcp host', 'tcp host'], who);
      assert.deepEqual(await others(people[who]), NAMES.filter((other) => other !== who));
    }
    // Two transports each; a browser keeps a stream of every interface that it has.
    assert.ok((await metric(server, 'media_tcp_streams')) >= 4);
    assert.equal(await metric(server, 'media_streams_refused_total'), 0);
    // A page that is closed says nothing: its streams end, and its stay with them.
    await people.bob.context.close();
    delete people.bob;
    await until('only alice is left', async () => (await stays(server, room)).filter((s) => !s.disconnected_at).length === 1);
    await people.alice.context.close();
    delete people.alice;
    await until('all streams are gone', async () => (await metric(server, 'media_tcp_streams')) === 0);
  });
});

test('where UDP goes through it is taken, and no stream is opened for long', async () => {
  await meet('tcp-udp', [], async ({ server, people }) => {
    for (const who of NAMES) assert.deepEqual(await ways(people[who]), ['udp host', 'udp host'], who);
  });
});

const OFF = ['--media-tcp', 'false'];

test('where only TLS goes through they come through the relay on the same port', async () => {
  process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0'; // its certificate is its own
  const port = await freePort();
  const secure = ['--tls', 'self-signed', '--base-uri', `localhost:${port}`];
  const check = async ({ server, people, room }) => {
    for (const who of NAMES) assert.deepEqual(await ways(people[who], 'local'), ['tls relay', 'tls relay'], who);
    assert.ok((await metric(server, 'media_relayed_streams')) >= 4);
    assert.equal(await metric(server, 'media_tcp_streams'), 0);
    await people.bob.context.close();
    delete people.bob;
    await until('only alice is left', async () => (await stays(server, room)).filter((s) => !s.disconnected_at).length === 1);
    await people.alice.context.close();
    delete people.alice;
    await until('all streams are gone', async () => (await metric(server, 'media_relayed_streams')) === 0);
  };
  await meet('relay', [...noUdp(), ...OFF, ...secure], check, `127.0.0.1:${port}`);
});

test('without TLS the relay is there for whoever asks for it', async () => {
  await meet('relay-plain', [...noUdp(), ...OFF, '--media-relay', 'always'], async ({ people }) => {
    for (const who of NAMES) assert.deepEqual(await ways(people[who], 'local'), ['tcp relay', 'tcp relay'], who);
  });
});

/** What the port says to these first bytes before it closes the connection, in whatever way. */
const answer = (server, bytes) =>
  new Promise((done) => {
    const { hostname, port } = new URL(server.http);
    const socket = net.connect(Number(port), hostname, () => socket.write(bytes));
    const got = [];
    socket.on('data', (data) => got.push(data)).on('error', () => {}).on('close', () => done(Buffer.concat(got)));
  });

test('what is switched off is not taken', async () => {
  // An Allocate request without credentials: a relay that is there says 401 and waits for another.
  const allocate = Buffer.from('000300082112a442' + '07'.repeat(12) + '0019000411000000', 'hex');
  const server = await startServer('tcp-off', { args: [...OFF, '--media-relay', 'tls'] });
  try {
    assert.equal((await answer(server, allocate)).length, 0, 'the relay is for TLS alone');
  } finally {
    await server.stop();
  }
});
