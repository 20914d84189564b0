// One meeting from the first join to the last leave: three pages with the official client, and both lists, read all
// the while through both official SDKs, right at every step.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { addParticipant, makeMeeting, shortId } from './lib/api.mjs';
import { openBare, others, peerId, playing, streams } from './lib/bare.mjs';
import { startBrowser } from './lib/browser.mjs';
import { watchLedger } from './lib/ledger.mjs';
import { link, notice, openMeet, pressJoin } from './lib/meet.mjs';
import { startServer } from './lib/server.mjs';
import { until } from './lib/until.mjs';

// Long enough for the client to come back (it waits 3 s, then up to 2 s), short enough to wait for.
const GRACE_SECS = 12;
const ms = (text) => new Date(text).getTime();

let server;
let chromium;
let room;
let ledger;
const people = {};
const tokens = {};

before(async () => {
  server = await startServer('meeting', { args: ['--reconnect-grace-secs', String(GRACE_SECS)] });
  chromium = await startBrowser();
  room = await makeMeeting(server, 'Sederunt e2e');
  tokens.alice = await addParticipant(server, room, 'alice', 'group_call_host');
  for (const name of ['bob', 'carol']) tokens[name] = await addParticipant(server, room, name);
  for (const name of ['alice', 'bob', 'carol']) people[name] = await chromium.person(name);
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

/** Both lists say: one session with `live` people in it and `stayed` stays in all; `peak` was the most. */
const says = (what, { live, peak, stayed, status = 'LIVE' }) =>
  ledger.sees(what, ({ sessions, stays }) => {
    assert.equal(sessions.length, 1);
    const [session] = sessions;
    assert.equal(session.status, status);
    assert.equal(session.live_participants, live);
    assert.equal(session.max_concurrent_participants, peak);
    assert.equal(session.associated_id, room);
    assert.equal(session.meeting_display_name, 'Sederunt e2e');
    assert.equal(stays.length, stayed);
    assert.equal(stays.filter((s) => !s.disconnected_at).length, live);
  });

/** Runs `step` and checks that the moment `of` the stay lies within it. */
async function during(step, of) {
  const from = Date.now();
  await step();
  const to = Date.now();
  return (stay, slackMs = 0) => {
    const at = ms(stay[of]);
    assert.ok(at >= from - 1 && at <= to + slackMs, `${of} ${stay[of]} is not within ${new Date(from).toISOString()} … +${to - from} ms`);
  };
}

const stayOf = (seen, peer) => {
  const found = seen.stays.filter((s) => s.connection_id === peer);
  assert.equal(found.length, 1, `one stay of ${peer} in ${JSON.stringify(seen.stays)}`);
  return found[0];
};

const all = (wanted, ...who) => Promise.all(who.map((person) => playing(person, wanted)));

test('nobody has joined: no session, and a set-up screen changes nothing', async () => {
  await openMeet(people.carol, link(server, tokens.carol.token));
  await ledger.sees('nothing', ({ sessions, stays }) => assert.deepEqual([sessions.length, stays.length], [0, 0]));
});

test('the first join makes the session', async () => {
  const joined = await during(() => openBare(people.alice, server.page, tokens.alice.token), 'connected_at');
  const seen = await says('alice is in', { live: 1, peak: 1, stayed: 1 });
  const stay = stayOf(seen, await peerId(people.alice));
  joined(stay);
  assert.equal(stay.member_id, shortId(tokens.alice.id));
  assert.equal(stay.user_id, 'user-alice');
});

test('two see and hear each other', async () => {
  const joined = await during(() => openBare(people.bob, server.page, tokens.bob.token), 'connected_at');
  await all({ video: 1, audio: 1 }, people.alice, people.bob);
  const seen = await says('bob is in', { live: 2, peak: 2, stayed: 2 });
  joined(stayOf(seen, await peerId(people.bob)));
  assert.deepEqual(await others(people.alice), ['bob']);
});

test('three see and hear each other, and the third reads what was said before', async () => {
  await people.alice.page.evaluate(() => window.meeting.chat.sendTextMessage('before you came'));
  await people.bob.page.evaluate(() => window.meeting.chat.sendTextMessage('so did I ✓'));
  const texts = (person) => person.page.evaluate(() => window.meeting.chat.messages.map((m) => `${m.displayName}: ${m.message}`));
  const said = ['alice: before you came', 'bob: so did I ✓'];
  for (const who of [people.alice, people.bob]) {
    await until(`${who.name} reads both`, async () => assert.deepEqual((await texts(who)).sort(), said) ?? true);
  }
  const joined = await during(() => pressJoin(people.carol), 'connected_at');
  await all({ video: 2, audio: 2 }, people.alice, people.bob, people.carol);
  await until('carol reads both', async () => assert.deepEqual((await texts(people.carol)).sort(), said) ?? true);
  await people.carol.page.evaluate(() => window.meeting.chat.sendTextMessage('hello'));
  await until('alice reads the third', async () => (await texts(people.alice)).includes('carol: hello'));
  const seen = await says('carol is in', { live: 3, peak: 3, stayed: 3 });
  joined(stayOf(seen, await peerId(people.carol)));
});

/** What `of` looks like to `person`. */
const seenAs = (person, of, field) =>
  person.page.evaluate(
    ([name, key]) => window.meeting.participants.joined.toArray().find((p) => p.name === name)?.[key],
    [of, field],
  );

test('mute and unmute', async () => {
  await people.bob.page.evaluate(() => window.meeting.self.disableAudio());
  for (const who of [people.alice, people.carol]) {
    await until(`${who.name} sees bob muted`, async () => (await seenAs(who, 'bob', 'audioEnabled')) === false);
  }
  await people.bob.page.evaluate(() => window.meeting.self.enableAudio());
  await until('alice sees bob unmuted', () => seenAs(people.alice, 'bob', 'audioEnabled'));
  await all({ video: 2, audio: 2 }, people.alice, people.carol);
  await says('muting is no leaving', { live: 3, peak: 3, stayed: 3 });
});

test('camera off and on', async () => {
  await people.bob.page.evaluate(() => window.meeting.self.disableVideo());
  await until('alice sees bob without a camera', async () => (await seenAs(people.alice, 'bob', 'videoEnabled')) === false);
  await until('carol too', async () => (await seenAs(people.carol, 'bob', 'videoEnabled')) === false);
  await people.bob.page.evaluate(() => window.meeting.self.enableVideo());
  await until('alice sees the camera', () => seenAs(people.alice, 'bob', 'videoEnabled'));
  await all({ video: 2, audio: 2 }, people.alice, people.carol);
});

test('the host mutes somebody', async () => {
  await people.alice.page.evaluate(() => window.meeting.participants.joined.toArray().find((p) => p.name === 'bob').disableAudio());
  await until('bob is muted', () => people.bob.page.evaluate(() => !window.meeting.self.audioEnabled));
  await until('carol sees it', async () => (await seenAs(people.carol, 'bob', 'audioEnabled')) === false);
  await people.bob.page.evaluate(() => window.meeting.self.enableAudio());
  await all({ video: 2, audio: 2 }, people.alice);
});

test('a screen is shared, beside the cameras', async () => {
  // A canvas stands in for the screen: page/probe.js.
  await people.alice.page.evaluate(() => window.meeting.self.enableScreenShare());
  for (const who of [people.bob, people.carol]) {
    await until(`${who.name} sees the screen`, () => seenAs(who, 'alice', 'screenShareEnabled'));
  }
  await all({ video: 3, audio: 2 }, people.bob, people.carol);
  // 16:9, unlike the cameras; how large it arrives is up to the bandwidth estimate.
  await until('bob sees a wide picture', async () => {
    const sizes = await people.bob.page.evaluate(async () => (await window.__probe.incoming()).map((s) => [s.width, s.height]));
    if (sizes.some(([width, height]) => height > 0 && width * 9 === height * 16)) return true;
    throw new Error(sizes.join(' '));
  });
  await people.alice.page.evaluate(() => window.meeting.self.disableScreenShare());
  await until('bob sees it go', async () => (await seenAs(people.bob, 'alice', 'screenShareEnabled')) === false);
  await until('bob has two pictures again', async () => (await streams(people.bob)).video === 2);
});

test('a cut socket: media goes on, the client comes back, the stay is the same one', async () => {
  const before = await peerId(people.bob);
  const sockets = await people.bob.page.evaluate(() => window.__probe.sockets.length);
  ledger.away(before);
  await people.bob.page.evaluate(() => window.__probe.cut());
  await playing(people.bob, { video: 2, audio: 2 });
  await until('bob has a new socket and is in', () =>
    people.bob.page.evaluate((n) => window.__probe.sockets.length > n && window.meeting.self.roomState === 'joined', sockets),
  );
  ledger.back(before);
  await all({ video: 2, audio: 2 }, people.alice, people.bob, people.carol);
  assert.equal(await peerId(people.bob), before);
  const seen = await says('the same stay', { live: 3, peak: 3, stayed: 3 });
  assert.equal(stayOf(seen, before).disconnected_at, undefined);
  assert.deepEqual(await others(people.alice), ['bob', 'carol']);
});

test('kick', async () => {
  const id = await peerId(people.bob);
  const kicked = await during(async () => {
    await people.alice.page.evaluate(() => window.meeting.participants.joined.toArray().find((p) => p.name === 'bob').kick());
    await until('bob is told', () => people.bob.page.evaluate(() => window.events.some((e) => e.name === 'roomLeft' && e.detail === 'kicked')));
  }, 'disconnected_at');
  await until('carol sees bob go', async () => (await others(people.carol)).join() === 'alice');
  const seen = await says('bob is out', { live: 2, peak: 3, stayed: 3 });
  kicked(stayOf(seen, id), 1000);
  await all({ video: 1, audio: 1 }, people.alice, people.carol);
});

test('a tab that dies has left: the browser says goodbye for it', async () => {
  const id = await peerId(people.carol);
  const session = await people.carol.context.newCDPSession(people.carol.page);
  const died = await during(async () => {
    const crashed = new Promise((done) => people.carol.page.once('crash', done));
    void session.send('Page.crash').catch(() => {}); // never answered
    await crashed;
  }, 'disconnected_at');
  await until('alice sees carol go', async () => (await others(people.alice)).length === 0);
  const seen = await says('carol is out', { live: 1, peak: 3, stayed: 3 });
  died(stayOf(seen, id), 1500);
});

test('a browser that dies is in for the grace, and its stay ends when it died', async () => {
  const doomed = await startBrowser();
  const erin = await doomed.person('erin');
  tokens.erin = await addParticipant(server, room, 'erin');
  await openBare(erin, server.page, tokens.erin.token);
  await playing(people.alice, { video: 1, audio: 1 });
  const id = await peerId(erin);
  await says('erin is in', { live: 2, peak: 3, stayed: 4 });
  // The fake microphones beep; with alice's muted, erin is the only voice.
  const speaker = () => people.alice.page.evaluate(() => window.meeting.participants.lastActiveSpeaker);
  await people.alice.page.evaluate(() => window.meeting.self.disableAudio());
  await until('erin speaks', async () => (await speaker()) === id);
  ledger.away(id);
  const died = await during(() => doomed.kill(), 'disconnected_at');
  await says('nobody has noticed', { live: 2, peak: 3, stayed: 4 });
  await until('alice is told that nobody speaks', async () => (await speaker()) !== id);
  assert.deepEqual(await others(people.alice), ['erin']);
  await until('alice sees erin go', async () => (await others(people.alice)).length === 0, (GRACE_SECS + 8) * 1000);
  const seen = await says('erin is out', { live: 1, peak: 3, stayed: 4 });
  died(stayOf(seen, id), 1500);
});

test('leaving; an empty room is still live; coming back continues the session', async () => {
  const first = await peerId(people.alice);
  const gone = await during(() => people.alice.page.evaluate(() => window.meeting.leave()), 'disconnected_at');
  const empty = await says('the room is empty', { live: 0, peak: 3, stayed: 4 });
  gone(stayOf(empty, first), 1000);
  const minutes = empty.sessions[0].minutes_consumed;
  await people.alice.page.reload();
  await openBare(people.alice, server.page, tokens.alice.token);
  const back = await says('alice is back', { live: 1, peak: 3, stayed: 5 });
  assert.notEqual(await peerId(people.alice), first);
  assert.equal(back.sessions[0].id, empty.sessions[0].id);
  assert.ok(back.sessions[0].minutes_consumed >= minutes);
});

test('kick all ends the session at once', async () => {
  people.dave = await chromium.person('dave');
  tokens.dave = await addParticipant(server, room, 'dave');
  await openMeet(people.dave, link(server, tokens.dave.token));
  await pressJoin(people.dave);
  await says('dave is in', { live: 2, peak: 3, stayed: 6 });
  const over = await during(async () => {
    await people.alice.page.evaluate(() => window.meeting.participants.kickAll());
    assert.equal((await notice(people.dave)).title, 'The meeting has ended');
  }, 'ended_at');
  const seen = await says('the session is over', { live: 0, peak: 3, stayed: 6, status: 'ENDED' });
  over(seen.sessions[0], 1000);
});

test('nothing left the machine, nothing broke in a page', () => {
  for (const { name, outside } of Object.values(people)) assert.deepEqual(outside, [], name);
  for (const { name, errors } of Object.values(people)) assert.deepEqual(errors, [], name);
  assert.ok(ledger.counts.npm > 10 && ledger.counts.PyPI > 10, JSON.stringify(ledger.counts));
});
