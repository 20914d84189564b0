// A network that lets no UDP through: sound and pictures come as a stream to the one port that the page came from.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { addParticipant, makeMeeting, stays } from './lib/api.mjs';
import { openBare, others, playing } from './lib/bare.mjs';
import { startBrowser } from './lib/browser.mjs';
import { startServer } from './lib/server.mjs';
import { until } from './lib/until.mjs';

// Nobody listens there: whatever a browser sends by UDP is lost.
const NO_UDP = ['--media-announce', '127.0.0.1:9'];
const NAMES = ['alice', 'bob'];

let chromium;

before(async () => {
  chromium = await startBrowser();
});

after(async () => {
  await chromium?.close();
});

const metric = async (server, name) => {
  const text = await (await fetch(`${server.metrics}/metrics`)).text();
  return Number(text.match(new RegExp(`^sederunt_${name} (\\d+)`, 'm'))?.[1]);
};

/** Protocol and kind of the client's end of every transport that is up: `tcp host`. */
const ways = (person) =>
  person.page.evaluate(async () => {
    const ways = [];
    for (const pc of window.__probe.pcs.filter((pc) => pc.connectionState === 'connected')) {
      const stats = await pc.getStats();
      const pair = [...stats.values()].find((s) => s.type === 'transport' && s.selectedCandidatePairId);
      const { remoteCandidateId } = stats.get(pair.selectedCandidatePairId);
      const { protocol, candidateType } = stats.get(remoteCandidateId);
      ways.push(`${protocol} ${candidateType}`);
    }
    return ways;
  });

async function meet(name, args, check) {
  const server = await startServer(name, { args });
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
  await meet('tcp', [...NO_UDP, '--media-tcp-announce', '127.0.0.1'], async ({ server, people, room }) => {
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
