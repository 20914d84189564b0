// Polls, as people use them: the official UI kit's screens and the official client, late comers, hidden and anonymous votes,
// a question of the API, and a server that is killed in between.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { addParticipant, makeMeeting, nodeClient } from './lib/api.mjs';
import { openBare } from './lib/bare.mjs';
import { startBrowser } from './lib/browser.mjs';
import { link, openMeet, pressJoin } from './lib/meet.mjs';
import { startServer } from './lib/server.mjs';
import { until } from './lib/until.mjs';

let server;
let chromium;
let room;
const people = {};
const participants = {};
const tokens = {};

before(async () => {
  server = await startServer('polls');
  chromium = await startBrowser();
  room = await makeMeeting(server, 'Polls');
  for (const [name, preset] of [['ann', 'group_call_host'], ['ben', 'group_call_participant'], ['cat', 'group_call_guest']]) {
    const { id, token } = await addParticipant(server, room, name, preset);
    Object.assign(participants, { [name]: id });
    tokens[name] = token;
    people[name] = await chromium.person(name);
  }
});

after(async () => {
  await chromium?.close();
  await server?.stop();
});

/** The polls as the official client has them. */
const polls = (name) => people[name].page.evaluate(() => window.meeting.polls.items.map((poll) => JSON.parse(JSON.stringify(poll))));
const create = (name, ...args) => people[name].page.evaluate((all) => window.meeting.polls.create(...all), args);
const vote = (name, id, option) => people[name].page.evaluate(([poll, index]) => window.meeting.polls.vote(poll, index), [id, option]);
const counts = (poll) => poll.options.map((option) => option.count);
const voters = (poll) => poll.options.map((option) => option.votes.map((v) => v.name));

/** Opens the screen of polls, on a page that is wide enough to have it beside the pictures. */
const openPolls = async ({ page }) => {
  await page.setViewportSize({ width: 1280, height: 720 });
  await page.getByRole('button', { name: 'Polls' }).click();
};

/** Waits until `name` sees a poll with this question for which `holds` does not throw. */
const sees = (name, question, holds) =>
  until(`${name} sees "${question}"`, async () => {
    const poll = (await polls(name)).find((each) => each.question === question);
    assert.ok(poll, 'it is there');
    holds(poll);
    return poll;
  });

test('A question is asked and answered on the screens of the UI kit', async () => {
  const { ann, ben } = people;
  await openMeet(ann, link(server, tokens.ann));
  await pressJoin(ann);
  await openMeet(ben, link(server, tokens.ben));
  await pressJoin(ben);

  await openPolls(ann);
  await ann.page.getByText('Create Poll').click();
  await ann.page.getByPlaceholder('What is your poll for?').fill('Tea or coffee?');
  const options = ann.page.getByPlaceholder('Enter an option');
  await options.nth(0).fill('Tea');
  await options.nth(1).fill('Coffee');
  await ann.page.getByLabel('Hide results before voting').uncheck();
  await ann.page.locator('rtk-poll-form').getByText('Create Poll').click();

  await openPolls(ben);
  await ben.page.getByText('Tea or coffee?').waitFor();
  await ben.page.locator('rtk-poll input[type=radio]').nth(1).click();
  for (const name of ['ann', 'ben']) {
    await sees(name, 'Tea or coffee?', (poll) => {
      assert.deepEqual(counts(poll), [0, 1]);
      assert.deepEqual(voters(poll), [[], ['ben']]);
      assert.equal(poll.createdBy, 'ann');
    });
  }
  await ann.page.screenshot({ path: new URL('./out/polls.png', import.meta.url).pathname });
});

test('Whoever comes later sees all; a guest may vote and not ask', async () => {
  await openBare(people.cat, server.page, tokens.cat);
  // Guests wait until a host lets them in.
  await people.ann.page.evaluate((id) => window.meeting.participants.acceptWaitingRoomRequest(id), participants.cat);
  await until('cat is in', () => people.cat.page.evaluate(() => window.meeting.self.roomJoined));
  const poll = await sees('cat', 'Tea or coffee?', (each) => assert.deepEqual(counts(each), [0, 1]));
  assert.equal(await people.cat.page.evaluate(() => window.meeting.self.permissions.polls.canCreate), false);
  await create('cat', 'Mine?', ['yes', 'no'], false, false).catch(() => {});
  await vote('cat', poll.id, 0);
  await sees('ann', 'Tea or coffee?', (each) => assert.deepEqual(counts(each), [1, 1]));
  // One vote each, and no question of a guest.
  await vote('cat', poll.id, 1).catch(() => {});
  await vote('ben', poll.id, 1).catch(() => {});
  await vote('ann', poll.id, 1);
  await sees('cat', 'Tea or coffee?', (each) => assert.deepEqual(counts(each), [1, 2]));
  assert.deepEqual((await polls('ann')).map((each) => each.question), ['Tea or coffee?']);
});

test('Anonymous votes name nobody, hidden ones are not told before one has voted', async () => {
  await create('ann', 'Who is tired?', ['me', 'not me'], true, false);
  const tired = await sees('ben', 'Who is tired?', (poll) => assert.equal(poll.anonymous, true));
  await vote('ben', tired.id, 0);
  await sees('ann', 'Who is tired?', (poll) => assert.deepEqual([counts(poll), voters(poll)], [[1, 0], [[], []]]));
  await sees('ben', 'Who is tired?', (poll) => assert.deepEqual(voters(poll), [['ben'], []]));

  await create('ann', 'Grade?', ['good', 'bad'], false, true);
  const grade = await sees('cat', 'Grade?', (poll) => assert.equal(poll.hideVotes, true));
  await vote('cat', grade.id, 1);
  await sees('ann', 'Grade?', (poll) => assert.deepEqual(counts(poll), [0, 1]));
  await sees('ben', 'Grade?', (poll) => {
    assert.equal(poll.voted.length, 1, 'somebody has voted');
    assert.deepEqual(poll.options.map((option) => option.count ?? null), [null, null], 'and ben does not learn what');
    assert.deepEqual(voters(poll), [[], []]);
  });
  await vote('ben', grade.id, 0);
  await sees('ben', 'Grade?', (poll) => assert.deepEqual(counts(poll), [1, 1]));
});

test('The API asks, with the official SDK', async () => {
  const { data } = await nodeClient(server).realtimeKit.activeSession.createPoll(room, {
    account_id: server.account,
    app_id: server.app,
    question: 'Break?',
    options: ['now', 'later'],
  });
  assert.equal(data.poll.question, 'Break?');
  assert.deepEqual(data.poll.options.map((option) => option.count), [0, 0]);
  const poll = await sees('cat', 'Break?', (each) => assert.equal(each.id, data.poll.id));
  await vote('cat', poll.id, 0);
  await sees('ben', 'Break?', (each) => assert.deepEqual(counts(each), [1, 0]));
});

test('Polls survive a kill of the server within the session', async () => {
  const before = await polls('cat');
  const { http, data, media } = server;
  await server.kill();
  server = await startServer('polls', { data, http: new URL(http).host, media });
  const dan = await addParticipant(server, room, 'dan');
  people.dan = await chromium.person('dan');
  await openBare(people.dan, server.page, dan.token);
  const after = await until('dan sees all polls', async () => {
    const all = await polls('dan');
    assert.deepEqual(all.map((each) => each.question), before.map((each) => each.question));
    return all;
  });
  const seen = (all, question) => all.find((each) => each.question === question);
  for (const question of ['Tea or coffee?', 'Who is tired?', 'Break?']) {
    assert.deepEqual(counts(seen(after, question)), counts(seen(before, question)), question);
  }
  assert.deepEqual(voters(seen(after, 'Who is tired?')), [[], []]);
  await vote('dan', seen(after, 'Break?').id, 1);
  await sees('dan', 'Break?', (each) => assert.deepEqual(counts(each), [1, 1]));
});
