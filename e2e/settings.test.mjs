// The console's settings, as by whoever sets up a server: tokens and who is signed in, apps, meetings with their links, webhooks with
// what became of each event, and the server itself.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { after, before, test } from 'node:test';
import { startBrowser } from './lib/browser.mjs';
import { axe, openConsole, signIn } from './lib/console.mjs';
import { readQr } from './lib/qr.mjs';
import { startReceiver } from './lib/receiver.mjs';
import { BINARY, startServer } from './lib/server.mjs';
import { until } from './lib/until.mjs';
import { EVENT, field, joinOnWire, openSocket } from './lib/wire.mjs';

const pictures = fileURLToPath(new URL('./out/settings', import.meta.url));
const TOKENS = '/sederunt/v1/tokens';

let server;
let chromium;
let receiver;
let base;
/** Who sets up: the token of the first start. */
let desk;
let page;
/** What the tests before have made. */
const made = {};

before(async () => {
  await mkdir(pictures, { recursive: true });
  receiver = await startReceiver(() => (made.refuses ? 404 : 200));
  server = await startServer('settings', { args: ['--webhook-allow', '127.0.0.0/8'] });
  base = server.page;
  chromium = await startBrowser();
  desk = await openConsole(chromium.browser);
  page = desk.page;
  await signIn(page, base, server.token);
  await page.locator('.nav').waitFor();
});
after(async () => {
  await chromium?.close();
  await receiver?.close();
  await server?.stop();
});

/** Somebody else, who looks at the first app, or at another one. */
async function visitor(token, { only = false, app = server.app, ...how } = {}) {
  const one = await openConsole(chromium.browser, how);
  await one.context.addInitScript((id) => localStorage.setItem('sederunt-app', id), app);
  await signIn(one.page, base, token, { only });
  await one.page.locator('.nav').waitFor({ state: 'attached' });
  return one;
}
const go = (name) => page.locator('.nav').getByRole('link', { name, exact: true }).click();
const dialog = () => page.locator('dialog[open]');
const button = (name) => page.getByRole('button', { name, exact: true });
const row = (text) => page.locator('tbody tr').filter({ hasText: text });
const asked = (token, method, target, body) =>
  fetch(`${server.http}${target}`, { method, headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' }, ...(body ? { body: JSON.stringify(body) } : {}) });
const inside = (of, method, target, body) =>
  of.evaluate(
    async ([url, verb, text]) => {
      const answer = await fetch(url, { method: verb, ...(text ? { body: text, headers: { 'content-type': 'application/json' } } : {}) });
      return answer.status;
    },
    [target, method, body && JSON.stringify(body)],
  );

test('a token is made with the keyboard alone, told once, and revoked with what ends', async () => {
  await go('Tokens');
  await page.locator('[aria-label=Tokens] tbody tr').first().waitFor();
  await button('New token').focus();
  await page.keyboard.press('Enter');
  await dialog().waitFor();
  await page.keyboard.type('Support desk');
  await page.keyboard.press('Enter');
  const told = dialog().getByLabel('The token');
  await told.waitFor();
  const secret = await told.inputValue();
  assert.match(secret, /^sdr_[0-9a-f]{64}$/);
  await page.screenshot({ path: path.join(pictures, 'token-once.png') });
  await dialog().getByRole('button', { name: 'Copy' }).click();
  assert.equal(await page.evaluate(() => navigator.clipboard.readText()), secret);
  await page.keyboard.press('Escape');
  await row('Support desk').waitFor();
  assert.ok(!(await page.content()).includes(secret), 'the token stays in the page');
  // It is Realtime: it reads, and makes no tokens.
  assert.equal((await asked(secret, 'GET', TOKENS)).status, 200);
  assert.equal((await asked(secret, 'POST', TOKENS, { name: 'x', permission: 'realtime' })).status, 403);
  // Somebody signs in with it, and is seen.
  const phone = await openConsole(chromium.browser, { width: 390, height: 844 });
  await signIn(phone.page, base, secret);
  await phone.page.locator('.state.live').waitFor();
  await page.reload();
  await until('the sign-in and its feed', async () => /1 sign-in, 1 feed/.test(await row('Support desk').first().innerText()));
  assert.match(await page.locator('[aria-labelledby=sign-ins] tbody tr').first().innerText(), /Chrome on Linux/);
  // Realtime sees no System, and is told what it may not do.
  await phone.page.getByRole('button', { name: /more: pages/ }).click();
  assert.deepEqual(await phone.page.locator('.menu.more nav a').allInnerTexts(), ['Webhooks', 'Tokens', 'Apps']);
  assert.match(await phone.page.locator('.menu.more .rail-foot').innerText(), /^Support desk\nRealtime$/m);
  await phone.page.keyboard.press('Escape');
  await row('Support desk').getByRole('button', { name: 'Revoke Support desk' }).click();
  const words = await dialog().innerText();
  assert.match(words, /1 sign-in at the console ends at once/);
  assert.match(words, /1 live feed ends within 15 seconds/);
  assert.match(words, /Meetings go on/);
  await page.screenshot({ path: path.join(pictures, 'token-revoke.png') });
  await dialog().getByRole('button', { name: 'Revoke Support desk' }).click();
  await until('it is gone from the list', async () => (await page.locator('[aria-label=Tokens] tbody tr').filter({ hasText: 'Support desk' }).count()) === 0);
  assert.equal((await asked(secret, 'GET', TOKENS)).status, 401);
  await phone.page.reload();
  await phone.page.locator('input[name=token]').waitFor();
  await phone.close();
});

test('somebody is signed out from afar', async () => {
  const other = await openConsole(chromium.browser);
  await signIn(other.page, base, server.token, { only: true });
  await other.page.locator('.nav').waitFor();
  await go('Sessions');
  await go('Tokens');
  const theirs = page.locator('[aria-labelledby=sign-ins] tbody tr').filter({ hasText: 'only looks' });
  await theirs.getByRole('button').click();
  await dialog().getByRole('button', { name: 'Sign out Chrome on Linux' }).click();
  await until('it is gone from the list', async () => (await theirs.count()) === 0);
  await other.page.reload();
  await other.page.locator('input[name=token]').waitFor();
  await other.close();
});

test('an app is made, looked at, and left again', async () => {
  await go('Apps');
  await page.locator('tbody tr').first().waitFor();
  const first = await page.locator('.app-switch b').innerText();
  await button('New app').click();
  await dialog().getByLabel('Name').fill('Evening school');
  await button('Make the app').click();
  await until('the app is looked at', async () => (await page.locator('.app-switch b').innerText()) === 'Evening school');
  await go('Apps');
  await row(first).getByRole('button', { name: `Look at it: ${first}` }).click();
  await until('the first is looked at', async () => (await page.locator('.app-switch b').innerText()) === first);
});

test('a meeting is made, renamed, joined by its link, ended and closed', async () => {
  await go('Meetings');
  await page.getByText('No meeting yet').waitFor();
  await button('New meeting').click();
  await dialog().getByLabel('Title').fill('Algebra');
  await button('Make the meeting').click();
  await page.locator('h1', { hasText: 'Algebra' }).waitFor();
  made.meeting = new URL(page.url()).pathname.split('/').at(-1);
  await button('Change the title').click();
  await page.getByLabel('Title', { exact: true }).fill('Algebra II');
  await page.keyboard.press('Enter');
  await page.locator('h1 .cut', { hasText: 'Algebra II' }).waitFor();
  await button('Add a participant').click();
  await dialog().getByLabel('Name').fill('Grace');
  await dialog().getByLabel('Own ID').fill('grace-7');
  await until('the usual preset', async () => (await dialog().getByLabel(/^Preset/).inputValue()) === 'group_call_participant');
  await button('Add and make the link').click();
  const link = new URL(await dialog().getByLabel('The link').inputValue());
  assert.equal(`${link.origin}${link.pathname}`, `${base}/meet`);
  const square = dialog().getByRole('img', { name: 'QR code for a phone' });
  await square.waitFor();
  assert.equal(await readQr(chromium.browser, square), link.href);
  await page.screenshot({ path: path.join(pictures, 'join-link.png') });
  await page.keyboard.press('Escape');
  const token = link.searchParams.get('authToken');
  const grace = openSocket(server, { roomID: made.meeting, token });
  assert.ok(await grace.opened, `no socket: ${grace.refused}`);
  await grace.ask(EVENT.joinRoom, field(1, Buffer.concat([field(1, grace.peer), field(3, 'Grace')])));
  await page.getByRole('link', { name: 'Live, 1 person' }).waitFor();
  made.session = (await page.getByRole('link', { name: 'Live, 1 person' }).getAttribute('href')).split('/').at(-1);
  // A fresh link is another one, and this one stays good.
  await button('Fresh link for Grace').click();
  const fresh = new URL(await dialog().getByLabel('The link').inputValue());
  assert.notEqual(fresh.searchParams.get('authToken'), token);
  await page.keyboard.press('Escape');
  await page.screenshot({ path: path.join(pictures, 'meeting-live.png') });
  // From the session itself, too.
  await page.getByRole('link', { name: 'Live, 1 person' }).click();
  await page.locator('.lane-button').first().click();
  await page.locator('.story').getByRole('button', { name: 'Remove…' }).click();
  assert.match(await dialog().innerText(), /The link stays good/);
  await page.keyboard.press('Escape');
  await button('End session…').click();
  assert.match(await dialog().innerText(), /1 person is removed at once[\s\S]*links stay good/);
  await page.screenshot({ path: path.join(pictures, 'end-session.png') });
  await button('End the session').click();
  await page.locator('.topbar .pill', { hasText: 'Ended' }).waitFor();
  await until('the socket is cut', () => grace.closed);
  await page.goto(`${base}/console/meetings/${made.meeting}`);
  await button('Close it').click();
  await button('Open it').waitFor();
  await button('Open it').click();
  await button('Close it').waitFor();
  await button('Delete Grace').click();
  assert.match(await dialog().innerText(), /All links of Grace end for ever/);
  await dialog().getByRole('button', { name: 'Delete Grace' }).click();
  await page.getByText('No participant yet').waitFor();
  assert.deepEqual(await desk.violations(), []);
});

test('a webhook is made and tested, and each delivery is told, sent again and replayed', async () => {
  await go('Webhooks');
  await button('New webhook').click();
  await dialog().getByLabel('Name').fill('Attendance');
  await dialog().getByLabel('URL').fill(receiver.url);
  await button('Make the webhook').click();
  await row('Attendance').getByRole('link', { name: 'Attendance' }).click();
  await page.getByText('Nothing was sent yet').waitFor();
  made.webhook = new URL(page.url()).pathname.split('/').at(-1);
  await button('Test').click();
  await dialog().getByText(/It took it: 200 after/).waitFor();
  await page.keyboard.press('Escape');
  // Something happens, and the receiver does not want one of it.
  const kit = `/client/v4/accounts/${server.account}/realtime/kit/${server.app}`;
  await joinOnWire(server, made.meeting, 'Ada');
  await receiver.accepted(3);
  made.refuses = true;
  assert.equal((await asked(server.token, 'POST', `${kit}/meetings/${made.meeting}/active-session/kick-all`)).status, 200);
  await until('four deliveries, one at least failed', async () => {
    const rows = await page.locator('[aria-label=Deliveries] tbody tr').allInnerTexts();
    return rows.length === 4 && rows.some((text) => /Failed/.test(text)) && rows.some((text) => /Delivered/.test(text));
  });
  await page.screenshot({ path: path.join(pictures, 'webhook.png') });
  await page.getByRole('group', { name: 'State' }).getByRole('button', { name: 'Failed' }).click();
  await page.getByRole('button', { name: /^meeting\.ended of fact/ }).click();
  await dialog().getByText('404', { exact: true }).first().waitFor();
  assert.match(await dialog().locator('pre').last().innerText(), /POST http.*[\s\S]*rtk-uuid: [\s\S]*"event":"meeting.ended"/);
  await page.screenshot({ path: path.join(pictures, 'delivery.png') });
  // From the facts of the session, too.
  await dialog().getByRole('link', { name: 'Session' }).click();
  await page.getByRole('button', { name: /^Deliveries of fact/ }).first().click();
  await dialog().getByText('meeting.ended', { exact: true }).waitFor();
  await dialog().locator('.pill.wrong').waitFor();
  await page.screenshot({ path: path.join(pictures, 'fact-deliveries.png') });
  await dialog().getByRole('link', { name: 'Attendance' }).click();
  await dialog().getByText('404', { exact: true }).first().waitFor();
  assert.match(page.url(), /\?delivery=\d+-0$/);
  made.refuses = false;
  const before = receiver.requests.length;
  await dialog().getByRole('button', { name: 'Send again' }).click();
  await until('it came again', () => receiver.requests.length > before);
  await page.keyboard.press('Escape');
  await button('Replay…').click();
  await button('Fact numbers').click();
  await dialog().getByLabel('From').fill('1');
  await dialog().getByLabel('To').fill('100000');
  await button('Begin').click();
  await dialog().getByText(/must be at most \d+/).waitFor();
  await dialog().getByLabel('To').fill('4');
  await button('Begin').click();
  await page.getByText(/Begun: at most \d+ event/).waitFor();
  await until('the replay is done', async () => /done/.test(await page.locator('[aria-labelledby=replays]').innerText()));
  await button('Show the secret').click();
  const secret = await dialog().getByLabel('Secret').inputValue();
  assert.match(secret, /^whsec_/);
  await page.keyboard.press('Escape');
  await button('Rotate…').click();
  await button('Rotate the secret').click();
  await until('another secret', async () => {
    const now = await dialog().getByLabel('Secret').inputValue();
    return now.startsWith('whsec_') && now !== secret;
  });
  await page.keyboard.press('Escape');
  assert.deepEqual(await desk.violations(), []);
});

test('the webhook of a room is on the page of its meeting: how it does, its deliveries, a test, its secret', async () => {
  const rooms = await startReceiver(() => 200);
  try {
    const room = await (await asked(server.token, 'POST', '/v1/rooms', { name: 'Tutoring', type: 'public', webhook: { url: rooms.url } })).json();
    assert.ok(room.room?.id, JSON.stringify(room));
    const { data } = await (await asked(server.token, 'GET', `/client/v4/accounts/${server.account}/realtime/kit/${server.app}/meetings?search=Tutoring`)).json();
    made.room = data[0].id;
    await joinOnWire(server, made.room, 'Ada');
    await rooms.accepted(1);
    await page.goto(`${base}/console/meetings/${data[0].id}`);
    await page.getByRole('link', { name: 'How it does, and its deliveries' }).click();
    await page.getByRole('heading', { level: 1, name: 'Webhook of the room' }).waitFor();
    await until('the delivery', async () => /sessionJoined\s+Delivered/.test(await page.locator('[aria-labelledby=deliveries] tbody').innerText()));
    await page.getByRole('button', { name: /^sessionJoined of fact/ }).click();
    await dialog().getByRole('button', { name: 'Send again' }).click();
    await rooms.accepted(2);
    await page.keyboard.press('Escape');
    await button('Test').click();
    await dialog().getByText(/It took it: 200/).waitFor();
    await page.keyboard.press('Escape');
    await button('Show the secret').click();
    assert.match(await dialog().getByLabel('Secret').inputValue(), /^whsec_/);
    await page.keyboard.press('Escape');
    assert.deepEqual(await desk.violations(), []);
    assert.equal((await asked(server.token, 'POST', `/client/v4/accounts/${server.account}/realtime/kit/${server.app}/meetings/${data[0].id}/active-session/kick-all`)).status, 200);
    await page.locator('.nav .count').waitFor({ state: 'detached' });
    // A meeting that was made without one says nothing of it, and its address says so.
    await page.goto(`${base}/console/meetings/${made.meeting}/webhook`);
    await page.getByText('This room has no webhook').waitFor();
    await page.getByRole('link', { name: 'To the meeting' }).click();
    await page.locator('[aria-labelledby=participants]').waitFor();
    assert.equal(await page.locator('#room-webhook').count(), 0);
  } finally {
    await rooms.close();
  }
});

test('the server tells of itself, and its record is verified', async () => {
  await go('System');
  await page.getByText('Settings in force').waitFor();
  const text = await page.locator('.page').innerText();
  for (const word of [/Last fact\s+#\d/, /Commit\s+[\d.]+ ms/, /Free\s+[\d.,]+ [GTM]iB of/, /webhook\.allow\s+\["127\.0\.0\.0\/8"\]\s+flag/, /this server speaks no TLS/]) assert.match(text, word);
  await button('Verify now').click();
  await page.getByText(/\d+ facts, 3 sessions, 3 stays/).waitFor();
  await page.getByText('No app is large enough to have one.').waitFor();
  assert.deepEqual(await desk.violations(), []);
});

test('a tenant has no System, and who only looks changes nothing, by hand either', async () => {
  const token = await (await asked(server.token, 'POST', TOKENS, { name: 'Tenant', permission: 'realtime_admin' })).json();
  const tenant = await visitor(token.secret);
  assert.deepEqual(await tenant.page.locator('.nav a').allInnerTexts(), ['Overview', 'Sessions', 'Meetings', 'People', 'Attendance', 'Usage', 'Webhooks', 'Tokens', 'Apps']);
  await tenant.page.goto(`${base}/console/system`);
  await until('the list instead', () => new URL(tenant.page.url()).pathname === '/console');
  assert.equal(await inside(tenant.page, 'GET', '/sederunt/v1/system'), 403);
  await tenant.close();
  const looker = await visitor(server.token, { only: true });
  const buttons = /^(New|Make|Add|Revoke|Delete|Close it|Open it|Change|Test|Switch|Rotate|Show the secret|Replay|Verify|Rebuild|End|Remove|Sign out )/;
  for (const at of ['tokens', 'apps', 'meetings', `meetings/${made.meeting}`, 'webhooks', `webhooks/${made.webhook}`, 'system']) {
    await looker.page.goto(`${base}/console/${at}`);
    await looker.page.locator('.page .card:not(.waiting):not(.empty)').first().waitFor();
    const names = await looker.page.locator('main button').allInnerTexts();
    assert.deepEqual(names.filter((name) => buttons.test(name)), [], at);
  }
  for (const [method, target, body] of [
    ['POST', TOKENS, { name: 'x', permission: 'realtime' }],
    ['DELETE', `${TOKENS}/${token.token.id}`],
    ['POST', '/sederunt/v1/system/verify'],
    ['POST', `/sederunt/v1/system/archive/${server.app}/rebuild`],
    ['DELETE', '/sederunt/v1/console/sessions/0000000000000000'],
  ]) {
    assert.equal(await inside(looker.page, method, target, body), 403, `${method} ${target}`);
  }
  await looker.close();
});

test('what is of another app, or of another account, looks as what is nowhere', async () => {
  const { status, stdout, stderr } = spawnSync(BINARY, ['account', 'create', '--id', 'stranger', '--app-name', 'Foreign school', '--json', '--data', server.data], { encoding: 'utf8' });
  assert.equal(status, 0, stderr);
  const { app_id: foreign, api_token: token } = JSON.parse(stdout);
  const { apps } = await page.evaluate(async () => (await fetch('/sederunt/v1/console/session')).json());
  const school = apps.find(({ name }) => name === 'Evening school').id;
  const errors = [];
  const enter = async (secret, app, name) => {
    const one = await visitor(secret, { app });
    // That an answer was 404 Chromium says by itself.
    one.page.on('console', (message) => message.type() === 'error' && !/status of 404/.test(message.text()) && errors.push(message.text()));
    assert.equal(await one.page.locator('.app-switch b').innerText(), name);
    return one;
  };
  const [stranger, colleague] = [await enter(token, foreign, 'Foreign school'), await enter(server.token, school, 'Evening school')];
  /** All that a page shows and leads to, but for the id that was asked for. */
  const seen = async ({ page: of }, address, id) => {
    await of.goto(`${base}/console/${address(id)}`);
    await of.locator('main .empty').waitFor();
    await of.locator('.waiting, .skeleton').waitFor({ state: 'detached' });
    const all = await of.evaluate(() => ({ title: document.title, text: document.querySelector('main').innerText.replace(/^Live$/m, 'Connecting…'), links: [...document.querySelectorAll('main a')].map((one) => one.getAttribute('href')) }));
    assert.equal(of.url(), `${base}/console/${address(id)}`);
    return JSON.stringify(all).replaceAll(id, 'ID');
  };
  const day = new Date().toISOString().slice(0, 10);
  const nowhere = '00000000-0000-4000-8000-000000000000';
  const places = [
    [made.session, (id) => `sessions/${id}`],
    [made.session, (id) => `sessions/${id}/audit`],
    [made.meeting, (id) => `meetings/${id}`],
    [made.room, (id) => `meetings/${id}/webhook`],
    [made.webhook, (id) => `webhooks/${id}`],
    ['grace-7', (id) => `people/${id}`],
    [made.session, (id) => `attendance?session_id=${id}`],
    [made.meeting, (id) => `attendance?meeting_id=${id}&from=${day}&to=${day}`],
  ];
  for (const [id, address] of places) {
    const [missing, garbled] = [await seen(stranger, address, nowhere), await seen(stranger, address, 'no-id')];
    assert.equal(garbled, missing, address('no-id'));
    for (const one of [stranger, colleague]) {
      const there = await seen(one, address, id);
      assert.equal(there, missing, address(id));
      assert.doesNotMatch(there, /Algebra|Tutoring|Grace|Ada/);
    }
  }
  assert.deepEqual([...errors, ...(await stranger.violations()), ...(await colleague.violations())], []);
  await stranger.close();
  await colleague.close();
});

test('every screen, in both themes and widths, has no finding of axe', async () => {
  const missing = '00000000-0000-4000-8000-000000000000';
  const screens = {
    tokens: ['tokens', '[aria-labelledby=sign-ins] td'],
    apps: ['apps', 'tbody td'],
    meetings: ['meetings', 'tbody td'],
    meeting: [`meetings/${made.meeting}`, '[aria-labelledby=participants] td'],
    'meeting-missing': [`meetings/${missing}`, '.empty'],
    'meetings-none': ['meetings?search=nothing+of+the+kind', '.empty'],
    webhooks: ['webhooks', 'tbody .pill'],
    webhook: [`webhooks/${made.webhook}`, '[aria-labelledby=replays] .pill'],
    system: ['system', 'tbody td'],
  };
  const found = [];
  const ways = ['light', 'dark'].flatMap((theme) => [[1440, 900], [390, 844]].map(([width, height]) => ({ theme, width, height })));
  await Promise.all(
    ways.map(async ({ theme, width, height }) => {
      const one = await visitor(server.token, { theme, width, height });
      const check = async (name) => {
        const label = `${name} ${theme} ${width}`;
        await one.page.screenshot({ path: path.join(pictures, `${name}-${theme}-${width}.png`) });
        found.push(...(await one.violations()), ...(await axe(one.page)).map((fault) => `${label}: ${fault}`));
        if (await one.page.evaluate(() => document.documentElement.scrollWidth > innerWidth)) found.push(`${label}: the page scrolls sideways`);
      };
      for (const [name, [address, sign]] of Object.entries(screens)) {
        await one.page.goto(`${base}/console/${address}`);
        await one.page.locator(sign).first().waitFor();
        await check(name);
        if (name !== 'tokens') continue;
        await one.page.getByRole('button', { name: 'New token' }).click();
        await one.page.locator('dialog[open]').waitFor();
        await check('new-token');
      }
      await one.close();
    }),
  );
  assert.deepEqual(found, []);
});
