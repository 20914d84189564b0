// The meeting page as people see it: every screen has its words. Pictures of all of them are left in e2e/out/pages.
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { after, before, test } from 'node:test';
import { addParticipant, makeMeeting, nodeClient } from './lib/api.mjs';
import { startBrowser } from './lib/browser.mjs';
import { link, notice, openMeet, pressJoin } from './lib/meet.mjs';
import { playing } from './lib/bare.mjs';
import { freePort } from './lib/port.mjs';
import { startProxy } from './lib/proxy.mjs';
import { startServer } from './lib/server.mjs';

const PICTURES = fileURLToPath(new URL('out/pages', import.meta.url));
/** What the presets do not offer yet, by the kit's names of the buttons. */
const NOT_OFFERED = /^(plugins?|record|start recording|go live|captions|AI|meeting AI|join stage|leave stage)$/i;

let server;
let chromium;
let meeting;
const people = {};

before(async () => {
  mkdirSync(PICTURES, { recursive: true });
  server = await startServer('pages');
  chromium = await startBrowser();
  meeting = await makeMeeting(server, 'Weekly sync');
});

after(async () => {
  await chromium?.close();
  await server?.stop();
});

const picture = (person, name) => person.page.screenshot({ path: path.join(PICTURES, `${name}.png`) });

/** A new person with a desktop-sized page. */
async function visitor(name) {
  people[name] = await chromium.person(name);
  await people[name].page.setViewportSize({ width: 1280, height: 720 });
  return people[name];
}

/** A participant of the meeting, on the set-up screen. */
async function guest(name, preset) {
  const who = await visitor(name);
  const made = await addParticipant(server, meeting, name, preset);
  await openMeet(who, link(server, made.token));
  return { who, ...made };
}

/** Opens `query` and checks the words of the refusal. */
async function refused(name, query, { title, text }, before = async () => {}) {
  const who = await visitor(name);
  await before(who);
  await who.page.goto(`${server.page}/meet${query}`);
  const seen = await notice(who);
  await picture(who, `refused-${name}`);
  assert.match(seen.title, title);
  if (text) assert.match(seen.text, text);
  await who.context.close();
}

test('set-up screen', async () => {
  const { who } = await guest('alice', 'group_call_host');
  await who.page.getByText('Weekly sync').first().waitFor();
  await who.page.locator('input').first().waitFor();
  assert.equal(await who.page.title(), 'Weekly sync · Sederunt');
  await picture(who, 'set-up');
});

test('two in a call', async () => {
  const { alice } = people;
  const { who: bob } = await guest('bob');
  await pressJoin(alice);
  await pressJoin(bob);
  await Promise.all([playing(alice, { video: 1, audio: 1 }), playing(bob, { video: 1, audio: 1 })]);
  for (const name of ['bob', 'alice (You)']) {
    await alice.page.getByText(name, { exact: true }).filter({ visible: true }).first().waitFor();
  }
  await picture(alice, 'call');
});

/** Names of all buttons that are to be seen. */
const buttons = (who) =>
  who.page.evaluate(() => {
    const found = [];
    const walk = (root) => {
      for (const node of root.querySelectorAll('*')) {
        if (node.shadowRoot) walk(node.shadowRoot);
        if (node.tagName !== 'BUTTON' && node.getAttribute('role') !== 'button') continue;
        const { width, height } = node.getBoundingClientRect();
        if (width && height) found.push((node.getAttribute('aria-label') ?? node.innerText).trim());
      }
    };
    walk(document);
    return found;
  });

test('no button for what is not offered', async () => {
  const { alice, bob } = people;
  await alice.page.getByRole('button', { name: /more/i }).first().click();
  await alice.page.getByText('Mute all').filter({ visible: true }).first().waitFor();
  await picture(alice, 'call-more');
  for (const who of [alice, bob]) {
    const names = await buttons(who);
    for (const offered of ['Chat', 'Participants', 'Share Screen', 'Leave']) assert.ok(names.includes(offered), `${names}`);
    assert.deepEqual(names.filter((name) => NOT_OFFERED.test(name)), [], who.name);
  }
  await alice.page.keyboard.press('Escape');
  await alice.page.mouse.click(640, 300);
});

test('chat', async () => {
  const { alice, bob } = people;
  for (const who of [alice, bob]) await who.page.getByRole('button', { name: /chat/i }).first().click();
  const field = alice.page.locator('textarea').first();
  await field.fill('Shall we begin?');
  await field.press('Enter');
  await bob.page.getByText('Shall we begin?').first().waitFor();
  await picture(bob, 'chat');
});

test('kicked, and left, in words', async () => {
  const { alice, bob } = people;
  await alice.page.evaluate(() => window.meeting.participants.joined.toArray()[0].kick());
  assert.equal((await notice(bob)).title, 'You were removed from the meeting');
  await picture(bob, 'kicked');
  await alice.page.evaluate(() => window.meeting.leave());
  assert.equal((await notice(alice)).title, 'You have left the meeting');
  await picture(alice, 'left');
  await alice.page.getByRole('button', { name: 'Join again' }).click();
  await alice.page.getByRole('button', { name: 'Join', exact: true }).waitFor();
  await Promise.all([alice.context.close(), bob.context.close()]);
});

test('refused: the link', async () => {
  await refused('no-parameters', '', { title: /link is not complete/ });
  await refused('bad-token', '?authToken=eyJhbGciOiJub25lIn0.eyJtZWV0aW5nSWQiOiJ4In0.x', { title: /link is not valid/ });
  // Whose token is nobody's learns nothing of rooms.
  await refused('bad-access-token', '?room_id=ffffffffffffffffffffffff&access_token=x', { title: /link is not valid/ });
  await refused('no-room', '?room_id=ffffffffffffffffffffffff', { title: /no such room/i });
});

test('refused: the meeting is inactive', async () => {
  const closed = await makeMeeting(server, 'Closed');
  const { token } = await addParticipant(server, closed, 'carol');
  await nodeClient(server).realtimeKit.meetings.updateMeetingByID(closed, { account_id: server.account, app_id: server.app, status: 'INACTIVE' });
  await refused('inactive', `?authToken=${token}`, { title: /not open/ });
});

test('refused: the participant was deleted', async () => {
  const { token, id } = await addParticipant(server, meeting, 'dora');
  await nodeClient(server).realtimeKit.meetings.deleteMeetingParticipant(id, { account_id: server.account, app_id: server.app, meeting_id: meeting });
  await refused('deleted', `?authToken=${token}`, { title: /not on the list|not valid/ });
});

test('refused: the network', async () => {
  const cut = (who) => who.page.route('**/meet/config.json', (route) => route.abort());
  await refused('network', '?authToken=eyJa.b.c', { title: /cannot be reached/ }, cut);
});

test('Pagecall: a user enters a private room, a stranger does not; anybody enters an open one', async () => {
  const call = async (method, where, body) => {
    const answer = await fetch(`${server.http}/v1${where}`, {
      method,
      headers: { authorization: `Bearer ${server.token}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    assert.equal(answer.status, 200, `${method} ${where}: ${await answer.clone().text()}`);
    return answer.json();
  };
  const room = async (type) => (await call('POST', '/rooms', { name: `${type} room`, type })).room;
  const [closed, open] = [await room('private'), await room('open')];
  const { user } = await call('POST', '/users', { user_id: 'user-pat', name: 'Pat' });
  await call('POST', `/rooms/${closed.id}/members`, { user_id: 'user-pat', type: 'host' });
  await refused('private', `?room_id=${closed.id}`, { title: /not invited/ });
  const pat = await visitor('pat');
  await openMeet(pat, `${server.page}/meet?room_id=${closed.id}&access_token=${user.access_token}`);
  const anybody = await visitor('anybody');
  await openMeet(anybody, `${server.page}/meet?room_id=${open.id}`);
  await pressJoin(anybody);
  await Promise.all([pat.context.close(), anybody.context.close()]);
});

test('below the path of a proxy the page works, and says what the proxy does not pass', async () => {
  const { token } = await addParticipant(server, meeting, 'prefix');
  const target = new URL(server.http).host;
  const proxy = await startProxy(target, '/calls');
  const guest = await visitor('prefix');
  try {
    await openMeet(guest, `${proxy.page}/meet/?authToken=${token}`);
    await pressJoin(guest);
    await picture(guest, 'prefix');
  } finally {
    await guest.context.close();
    await proxy.close();
  }
  const cases = [
    ['/meet/config.json', /does not find its server/],
    ['/meet/assets', /could not be loaded: .*assets.* is missing/],
    ['/ws', /connection cannot be opened/],
  ];
  for (const [dropped, words] of cases) {
    const half = await startProxy(target, '/calls', dropped);
    const person = await visitor('half');
    try {
      await person.page.goto(`${half.page}/meet?authToken=${token}`);
      await person.page.getByText(words).first().waitFor({ timeout: 60_000 });
    } finally {
      await person.context.close();
      await half.close();
    }
  }
});

test('over TLS with real host names, without the shim', async () => {
  const port = await freePort();
  const secure = await startServer('pages-tls', {
    http: `127.0.0.1:${port}`,
    args: ['--tls', 'self-signed', '--base-uri', `localhost:${port}`],
  });
  try {
    process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0'; // its certificate is its own
    const room = await makeMeeting(secure, 'Over TLS');
    const pair = [];
    for (const name of ['tess', 'tom']) {
      const who = await visitor(name);
      pair.push(who);
      const hosts = new Set();
      who.page.on('request', (request) => hosts.add(new URL(request.url()).hostname));
      await openMeet(who, link(secure, (await addParticipant(secure, room, name)).token));
      await pressJoin(who);
      assert.ok(hosts.has('api.localhost'), `the client calls its hosts by name: ${[...hosts]}`);
    }
    await Promise.all(pair.map((who) => playing(who, { video: 1, audio: 1 })));
  } finally {
    await secure.stop();
  }
});

test('nothing left the machine', () => {
  for (const { name, outside } of Object.values(people)) assert.deepEqual(outside, [], name);
});
