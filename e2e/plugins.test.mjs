// What pages of an app say to each other through the server: plug-ins that are opened and closed for everybody, stores, and
// broadcasts to the room and to some. The client's own calls, three people and one in another room.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { addParticipant, makeMeeting } from './lib/api.mjs';
import { openBare, peerId } from './lib/bare.mjs';
import { startBrowser } from './lib/browser.mjs';
import { startServer } from './lib/server.mjs';
import { until } from './lib/until.mjs';

const plugin = { id: 'board', name: 'Board', icon: '', component: 'x-board', permissions: { canActivate: true, canDeactivate: true } };
const options = { defaults: { audio: false, video: false, plugins: [plugin] } };

let server;
let chromium;
const people = {};
const tokens = {};

/** Opens the page of `name`, who keeps what it hears. */
async function enter(name) {
  people[name] ??= await chromium.person(name);
  await openBare(people[name], server.page, tokens[name], { options });
  await people[name].page.evaluate(() => {
    window.heard = [];
    window.meeting.participants.on('broadcastedMessage', ({ type, payload }) => window.heard.push([type, payload.n]));
  });
}

before(async () => {
  [server, chromium] = await Promise.all([startServer('plugins'), startBrowser()]);
  const [room, other] = [await makeMeeting(server, 'Plug-ins'), await makeMeeting(server, 'Elsewhere')];
  for (const [name, preset, where] of [
    ['hana', 'group_call_host', room],
    ['gil', 'group_call_participant', room],
    ['olga', 'group_call_participant', room],
    ['far', 'group_call_host', other],
  ]) {
    ({ token: tokens[name] } = await addParticipant(server, where, name, preset));
    if (name !== 'olga') await enter(name);
  }
});

after(async () => {
  await chromium?.close();
  await server?.stop();
});

const run = (name, what, ...args) => people[name].page.evaluate(what, ...args);
const open = (name) => run(name, () => window.meeting.plugins.active.toArray().map((one) => one.name));
const sees = (name, wanted) =>
  until(`${name} sees what is open`, async () => {
    assert.deepEqual(await open(name), wanted);
    return true;
  });
const activate = (name) => run(name, () => window.meeting.plugins.all.toArray()[0].activate());
const deactivate = (name) => run(name, () => window.meeting.plugins.all.toArray()[0].deactivate());
const heard = (name, wanted) =>
  until(`${name} hears`, async () => {
    assert.deepEqual(await run(name, () => window.heard), wanted);
    return true;
  });

test('a plug-in is opened for everybody, for who comes later, and closed', async () => {
  await activate('hana');
  for (const name of ['hana', 'gil']) await sees(name, ['Board']);
  await enter('olga');
  await sees('olga', ['Board']);
  assert.deepEqual(await open('far'), []);
  await deactivate('hana');
  for (const name of ['hana', 'gil', 'olga']) await sees(name, []);
});

test('who may open none opens it for nobody else, and closes none', async () => {
  await activate('gil');
  // What is opened after it is told after it.
  await activate('hana');
  await sees('olga', ['Board']);
  const by = await run('olga', () => window.meeting.plugins.all.toArray()[0].enabledBy);
  assert.equal(by, await peerId(people.hana));
  await deactivate('gil');
  await run('gil', () => window.meeting.participants.broadcastMessage('after', { n: 0 }));
  await heard('olga', [['after', 0]]);
  assert.deepEqual(await open('olga'), ['Board']);
  await run('olga', () => (window.heard = []));
  await run('hana', () => (window.heard = []));
});

test('a store is shared, followed, and found by who comes later', async () => {
  for (const name of ['hana', 'gil']) {
    await run(name, async () => {
      window.store = await window.meeting.stores.create('notes');
      window.changes = [];
      window.store.subscribe('*', (change) => window.changes.push(change));
    });
  }
  await run('hana', () => window.store.set('a', { text: 'ä' }));
  await run('hana', () => window.store.bulkSet([{ key: 'b', payload: 2 }, { key: 'c', payload: [3] }]));
  await until('gil has it', async () => {
    assert.deepEqual(await run('gil', () => window.store.getAll()), { a: { text: 'ä' }, b: 2, c: [3] });
    return true;
  });
  await run('gil', () => window.store.delete('b'));
  await until('hana hears that it is gone', async () => {
    assert.deepEqual(await run('hana', () => window.store.getAll()), { a: { text: 'ä' }, c: [3] });
    return true;
  });
  assert.deepEqual(await run('gil', () => window.changes.length), 3);
  const later = await run('olga', async () => (await window.meeting.stores.create('notes')).getAll());
  assert.deepEqual(later, { a: { text: 'ä' }, c: [3] });
  const elsewhere = await run('far', async () => (await window.meeting.stores.create('notes')).getAll());
  assert.deepEqual(elsewhere, {});
});

test('broadcasts reach the room, or some, and nobody else', async () => {
  await run('hana', () => window.meeting.participants.broadcastMessage('all', { n: 1 }));
  await heard('gil', [['all', 1]]);
  await heard('olga', [['all', 1]]);
  await run('hana', async () => {
    const gil = window.meeting.participants.joined.toArray().find((one) => one.name === 'gil');
    await window.meeting.participants.broadcastMessage('one', { n: 2 }, { participantIds: [gil.id] });
    await window.meeting.participants.broadcastMessage('some', { n: 3 }, { presetNames: ['group_call_participant'] });
    await window.meeting.participants.broadcastMessage('here', { n: 4 }, { meetingIds: [window.meeting.meta.meetingId] });
  });
  await heard('gil', [['all', 1], ['one', 2], ['some', 3], ['here', 4]]);
  await heard('olga', [['all', 1], ['some', 3], ['here', 4]]);
  assert.deepEqual(await run('far', () => window.heard), []);
});

test('a flood is refused in the client\'s own form, and others talk on', async () => {
  const refused = await run('gil', async () => {
    // The client counts, too; this page does not.
    window.meeting.participants.updateRateLimits(1_000, 1);
    const send = (n) => window.meeting.participants.broadcastMessage('flood', { n });
    const results = await Promise.allSettled(Array.from({ length: 40 }, (_, n) => send(n)));
    return results.filter(({ status }) => status === 'rejected').map(({ reason }) => reason.message);
  });
  assert.ok(refused.length >= 20, `${refused.length} of 40 were refused`);
  assert.match(refused[0], /too many broadcasts: at most 5 a second/);
  await run('olga', () => window.meeting.participants.broadcastMessage('still', { n: 5 }));
  await until('hana hears', () => run('hana', () => window.heard.some(([type]) => type === 'still')));
  assert.equal(await run('gil', () => window.meeting.self.roomJoined), true);
});
