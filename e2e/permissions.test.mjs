// A host changes what others may do, with the client's own call: on the meeting page, over a reload, a lost socket and a kill
// of the server. What is taken away stops at once, is refused, and is off in the pages; what is given back works again.
import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { after, before, test } from 'node:test';
import { addParticipant, makeMeeting, nodeClient, nodeSessions, stays } from './lib/api.mjs';
import { heard, others, playing, streams } from './lib/bare.mjs';
import { startBrowser } from './lib/browser.mjs';
import { link, openMeet, pressJoin } from './lib/meet.mjs';
import { startServer } from './lib/server.mjs';
import { until } from './lib/until.mjs';

const pictures = fileURLToPath(new URL('./out/permissions/', import.meta.url));
/** The client's own numbers of what may be published. */
const LEVEL = { ALLOWED: 1, NOT_ALLOWED: 2 };

let server;
let chromium;
let room;
const people = {};
const tokens = {};

before(async () => {
  await mkdir(pictures, { recursive: true });
  [server, chromium] = await Promise.all([startServer('permissions'), startBrowser()]);
  room = await makeMeeting(server, 'Permissions');
  for (const [name, preset] of [['hana', 'group_call_host'], ['gil', 'group_call_participant'], ['olga', 'group_call_participant']]) {
    ({ token: tokens[name] } = await addParticipant(server, room, name, preset));
    people[name] = await chromium.person(name);
    await people[name].page.setViewportSize({ width: 1280, height: 720 });
    await openMeet(people[name], link(server, tokens[name]));
    await pressJoin(people[name]);
  }
});

after(async () => {
  await chromium?.close();
  await server?.stop();
});

const shot = (name, file) => people[name].page.screenshot({ path: `${pictures}${file}.png` });

/** `host` asks the client to change what `whose` may do. */
const change = (host, whose, patch) =>
  people[host].page.evaluate(
    async ([whose, patch]) => {
      const ids = window.meeting.participants.joined.toArray().filter((one) => whose.includes(one.name)).map((one) => one.id);
      await window.meeting.participants.updatePermissions(ids, patch);
    },
    [[whose].flat(), patch],
  );

/** What the client of `name` takes its permissions for. */
const permissions = (name) =>
  people[name].page.evaluate(() => {
    const { canProduceAudio, canProduceVideo, chatPublic, polls, kickParticipant } = window.meeting.self.permissions;
    return { audio: canProduceAudio, video: canProduceVideo, chat: chatPublic.canSend, polls: { ...polls }, kick: kickParticipant };
  });

const knows = (name, what, wanted) =>
  until(`${name} knows what it may`, async () => {
    assert.deepEqual((await permissions(name))[what], wanted);
    return true;
  });

/** Everybody hears and sees so many of the others. */
async function flows(wanted) {
  for (const [name, [video, audio]] of Object.entries(wanted)) {
    await playing(people[name], { video, audio });
    await until(`${name} hears no more than ${audio}`, async () => {
      assert.equal(await heard(people[name]), audio);
      return true;
    });
    assert.equal((await streams(people[name])).video, video, `${name} sees no more`);
  }
}

const tries = (name, what) =>
  people[name].page.evaluate(async (what) => {
    await window.meeting.self[what]().catch(() => {});
    return [window.meeting.self.audioEnabled, window.meeting.self.videoEnabled];
  }, what);

test('a microphone and a camera are taken away while they flow', async () => {
  for (const name of Object.keys(people)) {
    await until(`${name} publishes`, () => people[name].page.evaluate(() => window.meeting.self.audioEnabled && window.meeting.self.videoEnabled));
  }
  await flows({ hana: [2, 2], gil: [2, 2], olga: [2, 2] });
  await shot('gil', 'gil-before');
  await change('hana', 'gil', { media: { audio: { canProduce: LEVEL.NOT_ALLOWED } } });
  await knows('gil', 'audio', 'NOT_ALLOWED');
  await flows({ hana: [2, 1], olga: [2, 1], gil: [2, 2] });
  await change('hana', 'gil', { media: { video: { canProduce: LEVEL.NOT_ALLOWED } } });
  await knows('gil', 'video', 'NOT_ALLOWED');
  assert.deepEqual(await tries('gil', 'enableAudio'), [false, false]);
  assert.deepEqual(await tries('gil', 'enableVideo'), [false, false]);
  await until('hana sees that they are off', () =>
    people.hana.page.evaluate(() => {
      const gil = window.meeting.participants.joined.toArray().find((one) => one.name === 'gil');
      return !gil.audioEnabled && !gil.videoEnabled;
    }),
  );
  await shot('gil', 'gil-without-microphone-and-camera');
  assert.deepEqual(await permissions('olga').then(({ audio, video }) => [audio, video]), ['ALLOWED', 'ALLOWED']);
});

test('it lasts over a reload', async () => {
  const { page } = people.gil;
  await page.reload();
  await page.getByRole('button', { name: 'Join', exact: true }).waitFor();
  assert.deepEqual([(await permissions('gil')).audio, (await permissions('gil')).video], ['NOT_ALLOWED', 'NOT_ALLOWED']);
  await shot('gil', 'gil-on-the-set-up-screen');
  await pressJoin(people.gil);
  assert.deepEqual(await tries('gil', 'enableAudio'), [false, false]);
  await flows({ hana: [1, 1], olga: [1, 1] });
});

test('it lasts over a kill of the server', async () => {
  const { http, data, media } = server;
  await server.kill();
  server = await startServer('permissions', { data, http: new URL(http).host, media });
  for (const name of Object.keys(people)) {
    await until(`${name} is back`, () => people[name].page.evaluate(() => window.meeting.self.roomJoined), 60_000);
  }
  await flows({ hana: [1, 1], olga: [1, 1] });
  assert.deepEqual(await tries('gil', 'enableAudio'), [false, false]);
  assert.equal((await permissions('gil')).audio, 'NOT_ALLOWED');
});

test('what is given back works again', async () => {
  const both = { canProduce: LEVEL.ALLOWED };
  await change('hana', 'gil', { media: { audio: both, video: both } });
  await knows('gil', 'audio', 'ALLOWED');
  assert.deepEqual(await tries('gil', 'enableAudio'), [true, false]);
  assert.deepEqual(await tries('gil', 'enableVideo'), [true, true]);
  await flows({ hana: [2, 2], olga: [2, 2], gil: [2, 2] });
});

test('chat and polls: refused by the server, and gone from the page', async () => {
  await change('hana', ['gil', 'olga'], { chat: { public: { canSend: false } }, polls: { canCreate: false } });
  for (const name of ['gil', 'olga']) {
    await knows(name, 'chat', false);
    assert.deepEqual((await permissions(name)).polls, { canCreate: false, canVote: true, canView: true });
  }
  await people.gil.page.locator('rtk-chat-toggle').click();
  await people.gil.page.locator('rtk-chat').waitFor();
  await until('there is nowhere to write', () => people.gil.page.locator('rtk-chat-composer-view').count().then((n) => n === 0));
  await shot('gil', 'gil-may-not-write');
  const said = await people.gil.page.evaluate(() => window.meeting.chat.sendTextMessage('hello').then(() => 'sent', (error) => error.message));
  assert.notEqual(said, 'sent');
  // The client looks before it asks; this page does not. What is answered after it comes after it, at hana's, too.
  const asks = (name, of) =>
    people[name].page.evaluate((of) => window.meeting.participants.joined.toArray().find((one) => one.name === of).getPermissions(), of);
  await people.gil.page.evaluate(() => {
    window.meeting.self.permissions.chatPublic.canSend = true;
    return window.meeting.chat.sendTextMessage('hello').catch(() => {});
  });
  await asks('gil', 'hana');
  const seen = await asks('hana', 'gil');
  assert.equal(await people.hana.page.evaluate(() => window.meeting.chat.messages.length), 0);
  assert.deepEqual([seen.chat.public.can_send, seen.polls.can_create, seen.polls.can_vote], [false, false, true]);
  await change('hana', ['gil', 'olga'], { chat: { public: { canSend: true } }, polls: { canCreate: true } });
  await knows('gil', 'chat', true);
  await people.gil.page.locator('rtk-chat-composer-view').waitFor();
  await people.gil.page.evaluate(() => window.meeting.chat.sendTextMessage('hello again'));
  await until('hana reads it', () => people.hana.page.evaluate(() => window.meeting.chat.messages.some((one) => one.message === 'hello again')));
});

test('nobody gives what the preset does not, and who may not gives nothing', async () => {
  await change('hana', 'gil', { kickParticipant: true, chat: { public: { text: true } } });
  await change('olga', 'gil', { media: { audio: { canProduce: LEVEL.NOT_ALLOWED } } });
  // A change that is told after it shows that neither came to anything.
  await change('hana', 'gil', { polls: { canVote: false } });
  await until('gil hears of it', async () => (await permissions('gil')).polls.canVote === false);
  const { kick, audio } = await permissions('gil');
  assert.deepEqual([kick, audio], [false, 'ALLOWED']);
  await flows({ hana: [2, 2], olga: [2, 2], gil: [2, 2] });
});

test('somebody hidden is in nobody\'s list, and in the record', async () => {
  const { data } = await nodeClient(server).realtimeKit.presets.get(server.app, { account_id: server.account });
  const preset = data.find(({ name }) => name === 'group_call_participant');
  const whole = await nodeClient(server).realtimeKit.presets.getPresetByID(preset.id, { account_id: server.account, app_id: server.app });
  const { config, permissions: allowed, ui } = whole.data;
  await nodeClient(server).realtimeKit.presets.create(server.app, {
    account_id: server.account,
    name: 'inspector',
    config,
    ui,
    permissions: { ...allowed, hidden_participant: true },
  });
  const { token } = await addParticipant(server, room, 'ines', 'inspector');
  people.ines = await chromium.person('ines');
  await people.ines.page.setViewportSize({ width: 1280, height: 720 });
  await openMeet(people.ines, link(server, token));
  await pressJoin(people.ines);
  await playing(people.ines, { video: 3, audio: 3 });
  await shot('ines', 'ines-is-hidden');
  assert.deepEqual(await others(people.ines), ['gil', 'hana', 'olga']);
  assert.deepEqual(await tries('ines', 'enableAudio'), [false, false]);
  for (const name of ['hana', 'gil', 'olga']) {
    assert.equal((await others(people[name])).includes('ines'), false);
    assert.equal(await people[name].page.evaluate(() => window.meeting.participants.count), 2);
  }
  await people.hana.page.locator('rtk-participants-toggle').click();
  await shot('hana', 'hana-sees-two-others');
  const { sessions } = await nodeSessions(nodeClient(server), server);
  assert.equal(sessions[0].live_participants, 4);
  assert.equal((await stays(server, room)).filter((stay) => !stay.disconnected_at).length, 4);
});
