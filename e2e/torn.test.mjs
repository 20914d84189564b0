// A socket breaks just when something is under way on it: a request or an answer is lost, and its sender believes that it was
// said. Whoever comes back to that sees and hears everybody all the same.
import { after, before, test } from 'node:test';
import { addParticipant, makeMeeting } from './lib/api.mjs';
import { openBare, playing } from './lib/bare.mjs';
import { startBrowser } from './lib/browser.mjs';
import { startServer } from './lib/server.mjs';
import { until } from './lib/until.mjs';

/** Events of PROTOCOL §4.3. */
const JOIN_ROOM = 3;
const CONSUME = 50_331_651;
const RENEGOTIATE = 50_331_698;

let server;
let chromium;
let room;
const people = [];

before(async () => {
  server = await startServer('torn');
  chromium = await startBrowser();
  room = await makeMeeting(server, 'Torn');
  for (const name of ['alice', 'bob']) await come(name);
});

after(async () => {
  await chromium?.close();
  await server?.stop();
});

async function come(name) {
  const person = await chromium.person(name);
  const { token } = await addParticipant(server, room, name, 'group_call_host');
  await openBare(person, server.page, token);
  people.push(person);
  return person;
}

/** `step` breaks the socket of `person`, and the client comes back. */
async function comesBack(person, step, deadline) {
  const sockets = await person.page.evaluate(() => window.__probe.sockets.length);
  await step();
  await until(
    `${person.name} is back`,
    () => person.page.evaluate((n) => window.__probe.sockets.length > n && window.meeting.self.roomState === 'joined', sockets),
    deadline,
  );
}

/** What `step` leads to breaks the socket of `person` at the next frame of `event`, and the client comes back. */
async function torn(person, event, step, deadline) {
  await person.page.evaluate((event) => (window.__probe.tears = event), event);
  await comesBack(person, step, deadline);
}

async function allSeeAll() {
  const others = people.length - 1;
  for (const person of people) await playing(person, { video: others, audio: others });
}

test('the answer to an offer is lost', async () => {
  await allSeeAll();
  await torn(people[1], RENEGOTIATE, () => come('carol'));
  await allSeeAll();
});

test('a request to subscribe is lost', async () => {
  await torn(people[1], CONSUME, () => come('dave'));
  await allSeeAll();
});

test('a track comes while the transport is given up and its client has not noticed yet', async () => {
  // Nothing else is left there, that its client would ask for again by itself.
  const alone = await makeMeeting(server, 'Torn alone');
  const two = [];
  for (const name of ['eve', 'finn']) {
    const person = await chromium.person(name);
    const { token } = await addParticipant(server, alone, name, 'group_call_host');
    await openBare(person, server.page, token, { options: { defaults: { audio: false, video: true } } });
    two.push(person);
  }
  const [eve, finn] = two;
  await playing(finn, { video: 1, audio: 0 });
  await eve.page.evaluate(() => window.meeting.self.disableVideo());
  await until('finn sees the camera off', () => finn.page.evaluate(() => !window.meeting.participants.joined.toArray()[0].videoEnabled));
  // A change of somebody's track right before a loss: of what went with it we may not have heard.
  await comesBack(finn, () => finn.page.evaluate(() => window.__probe.cut()));
  await eve.page.evaluate(() => window.meeting.self.enableVideo());
  await playing(finn, { video: 1, audio: 0 }, 30_000);
});

test('the answer to a call from the waiting room is lost', async () => {
  const gus = await chromium.person('gus');
  const { token } = await addParticipant(server, room, 'gus', 'group_call_guest');
  await openBare(gus, server.page, token);
  const host = people[0].page;
  await until('the host sees who waits', () => host.evaluate(() => window.meeting.participants.waitlisted.size === 1));
  const accept = () =>
    host.evaluate(() => {
      const [guest] = window.meeting.participants.waitlisted.toArray();
      return window.meeting.participants.acceptWaitingRoomRequest(guest.id);
    });
  // Its client takes no other call for one; ten seconds after the next it is sent away and called once more.
  await torn(gus, JOIN_ROOM, accept, 30_000);
  people.push(gus);
  await allSeeAll();
});
