/**
 * Two people in a call on a server of their own, and what can happen to them: the server dies or stops, the network goes
 * away. Afterwards both see and hear each other again by themselves, with microphone, camera and screen as they were.
 */
import assert from 'node:assert/strict';
import { addParticipant, makeMeeting, nodeClient, nodeSessions, shortId, stays } from './api.mjs';
import { tcpPath } from './away.mjs';
import { openBare, others, peerId, playing } from './bare.mjs';
import { udpPath } from './path.mjs';
import { startServer } from './server.mjs';
import { until } from './until.mjs';

const NAMES = ['alice', 'bob'];
/** From the end of a trouble until everything flows again. The client's pauses between its tries grow to 10 s. */
const BACK_MS = 45_000;
const ms = (text) => new Date(text).getTime();
/** How often the client has entered the room, by itself or not. */
const entered = (person) => person.page.evaluate(() => window.events.filter((e) => e.name === 'roomJoined').length);
const state = (person) =>
  person.page.evaluate(() => {
    const { audioEnabled, videoEnabled, screenShareEnabled, roomState } = window.meeting.self;
    return { audio: audioEnabled, video: videoEnabled, screen: screenShareEnabled, room: roomState };
  });

/**
 * `udp`: `'direct'`, or `'relay'`, which can be silenced: the network of both is away then, else only alice's sockets.
 * `muted`: alice has her microphone off; else she shares her screen. `media`: where media listens, without a relay.
 */
export async function startPair(chromium, name, { graceSecs = 20, udp = 'direct', muted = false, media } = {}) {
  const relay = udp === 'relay' ? await udpPath() : undefined;
  const grace = ['--reconnect-grace-secs', String(graceSecs)];
  let server = await startServer(name, { args: [...grace, ...(relay?.args ?? [])], media: relay?.media ?? media });
  const host = new URL(server.http).host;
  const meeting = await makeMeeting(server, name);
  const paths = {};
  const people = {};
  const members = {};

  async function close() {
    for (const { context } of Object.values(people)) await context.close();
    for (const path of Object.values(paths)) await path.close();
    if (server.alive()) await server.stop();
    await relay?.close();
  }

  async function enter(who) {
    people[who] = await chromium.person(who);
    paths[who] = await tcpPath(host);
    const { id, token } = await addParticipant(server, meeting, who);
    members[who] = shortId(id);
    await openBare(people[who], paths[who].page, token);
  }

  const wanted = { alice: { audio: 1, video: 1 }, bob: muted ? { audio: 0, video: 1 } : { audio: 1, video: 2 } };
  const flows = (deadline) => Promise.all(NAMES.map((who) => playing(people[who], wanted[who], deadline)));
  try {
    for (const who of NAMES) await enter(who);
    if (muted) await people.alice.page.evaluate(() => window.meeting.self.disableAudio());
    else await people.alice.page.evaluate(() => window.meeting.self.enableScreenShare());
    await flows();
  } catch (error) {
    await close();
    throw error;
  }
  const { alice, bob } = people;
  const asTheyWere = {
    alice: { audio: !muted, video: true, screen: !muted, room: 'joined' },
    bob: { audio: true, video: true, screen: false, room: 'joined' },
  };
  const ids = { alice: await peerId(alice), bob: await peerId(bob) };
  const visits = { alice: 1, bob: 1 };
  const entries = { alice: await entered(alice), bob: await entered(bob) };

  /** Those who were `gone` are in again and everything is as it was; resolves to the seconds that it took since `from`. */
  async function again(what, from, gone) {
    for (const who of gone) {
      const comes = async () => (await entered(people[who])) > entries[who];
      await until(`${name}, ${what}: ${who} is in again`, comes, BACK_MS);
      entries[who] = await entered(people[who]);
    }
    await flows(BACK_MS).catch((error) => {
      throw new Error(`${name}, ${what}: ${error.message}`, { cause: error.cause });
    });
    const seconds = (Date.now() - from) / 1000;
    for (const who of NAMES) {
      await until(`${name}, ${what}: ${who} is as before`, async () => {
        assert.deepEqual(await state(people[who]), asTheyWere[who]);
        return true;
      });
      assert.equal(await peerId(people[who]), ids[who], 'no reload');
      assert.deepEqual(await others(people[who]), NAMES.filter((other) => other !== who));
    }
    return seconds;
  }

  const reasons = async () => {
    const url = `${server.http}/sederunt/v1/apps/${server.app}/events?limit=1000&events=peer.left`;
    const { events } = await (await fetch(url, { headers: { authorization: `Bearer ${server.token}` } })).json();
    return events.map(({ reason, at, peer }) => ({ reason, at: ms(at), who: peer.display_name }));
  };

  /** One LIVE session with both; of each the stays that there should be, one after the other. */
  async function listed() {
    const { sessions } = await nodeSessions(nodeClient(server), server, { associated_id: meeting });
    assert.deepEqual(sessions.map((s) => [s.status, s.live_participants, s.max_concurrent_participants]), [['LIVE', 2, 2]]);
    const all = await stays(server, meeting);
    assert.equal(all.filter((s) => !s.disconnected_at).length, 2);
    for (const who of NAMES) {
      const own = all.filter((s) => s.member_id === members[who]);
      assert.equal(own.length, visits[who], `${who}: ${JSON.stringify(own)}`);
      own.forEach((stay, i) => {
        const next = own[i + 1];
        if (next) assert.ok(ms(stay.disconnected_at) <= ms(next.connected_at), `${who} is in twice: ${JSON.stringify(own)}`);
      });
    }
  }

  async function restart(end, reason, downMs) {
    const before = (await reasons()).length;
    const from = Date.now();
    await end();
    const down = Date.now();
    await until(`the server is away for ${downMs} ms`, () => Date.now() >= down + downMs);
    server = await startServer(name, { data: server.data, http: host, media: server.media, args: [...grace, ...(relay?.args ?? [])] });
    const started = Date.now();
    for (const who of NAMES) visits[who] += 1;
    const seconds = await again(reason, from, NAMES);
    await listed();
    const left = (await reasons()).slice(before);
    assert.deepEqual(left.map((l) => l.reason), [reason, reason]);
    for (const { at } of left) assert.ok(at <= down && at >= from - 5_500, `left ${at - from} ms after the end`);
    return { seconds, sinceStart: seconds - (started - from) / 1000 };
  }

  return {
    people,
    /** SIGKILL, or SIGTERM, and a start on the same ports and data. Resolves to seconds since the signal. */
    kill: (downMs = 0) => restart(() => server.kill(), 'node_lost', downMs),
    stop: (downMs = 0) => restart(() => server.stop({ keep: true }), 'server_stopped', downMs),
    /** The network is away for so long. Resolves to seconds since it is back. */
    async lose(seconds) {
      const gone = relay ? NAMES : ['alice'];
      const before = (await reasons()).length;
      const from = Date.now();
      relay?.away();
      for (const who of gone) paths[who].away();
      await until(`the network is away for ${seconds} s`, () => Date.now() >= from + seconds * 1000, seconds * 1000 + 5_000);
      relay?.back();
      for (const who of gone) paths[who].back();
      const back = Date.now();
      // Whoever comes in time goes on with the same stay; the client may take longer than the network.
      const took = await again(`${seconds} s without network`, back, gone);
      const left = (await reasons()).slice(before);
      for (const { who, reason, at } of left) {
        assert.equal(reason, 'connection_lost');
        assert.ok(at >= from - 100 && at <= from + 2_000, `${who} left ${at - from} ms after the loss`);
        assert.ok(gone.includes(who), `${who} was there all the while`);
        visits[who] += 1;
      }
      if (seconds > graceSecs) assert.deepEqual(left.map((l) => l.who).sort(), gone);
      await listed();
      return { seconds: took, inTime: left.length === 0 };
    },
    /** Microphone and camera still work. */
    async unmute() {
      await alice.page.evaluate(() => window.meeting.self.enableAudio());
      wanted.bob.audio = 1;
      asTheyWere.alice.audio = true;
      await again('unmuted', Date.now(), []);
    },
    close,
  };
}
