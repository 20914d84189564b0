// The console, as by people who run a server: signing in, finding sessions, watching one as it happens, and asking what
// became of somebody. Two official clients meet; what is shown is what the ledger exports.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { after, before, test } from 'node:test';
import { addParticipant, makeMeeting } from './lib/api.mjs';
import { openBare } from './lib/bare.mjs';
import { startBrowser } from './lib/browser.mjs';
import { axe, openConsole, signIn } from './lib/console.mjs';
import { exported } from './lib/field.mjs';
import { layout } from './lib/layout.mjs';
import { BINARY, startServer } from './lib/server.mjs';
import { until } from './lib/until.mjs';

const pictures = fileURLToPath(new URL('./out/console', import.meta.url));
/** Sessions of the past: more than a page, more than a screen, less than takes long. */
const PAST = 2_500;
const SESSION = '/sederunt/v1/console/session';

let server;
let chromium;
let base;
let room;
/** Who looks, with everything open to them. */
let desk;
const people = {};

/** Past sessions, an hour apart, every third about physics. */
function history({ app }) {
  const from = Date.now() - (PAST + 5) * 3_600_000;
  const id = (kind, n) => `0000${kind}000-0000-4000-8000-${n.toString(16).padStart(12, '0')}`;
  return Array.from({ length: PAST }, (_, n) => {
    const start = new Date(from + n * 3_600_000).toISOString();
    const end = new Date(from + n * 3_600_000 + 1_800_000).toISOString();
    const title = n % 3 ? `Meeting ${n}` : `Physics ${n}`;
    const stay = { peer: id('3', n), participant: id('4', n), name: 'Somebody', joined_at: start, left_at: end, reason: 'left' };
    return JSON.stringify({ app, meeting: { id: id('1', n), title }, session: { id: id('2', n), started_at: start, ended_at: end }, stays: [stay] });
  }).join('\n');
}

before(async () => {
  await mkdir(pictures, { recursive: true });
  server = await startServer('console', { args: ['--console-link'] });
  base = server.page;
  const file = path.join(server.data, 'history.ndjson');
  await writeFile(file, history(server));
  const done = spawnSync(BINARY, ['import', '--data', server.data, file], { encoding: 'utf8' });
  assert.equal(done.status, 0, done.stderr);
  chromium = await startBrowser();
  room = await makeMeeting(server, 'Algebra II');
  desk = await openConsole(chromium.browser);
});
after(async () => {
  await chromium?.close();
  await server?.stop();
});

const rows = (page) => page.locator('.row-line[data-id]');
/** What a row of a title shows, cell by cell. */
const shown = async (page, title) => {
  const row = rows(page).filter({ hasText: title }).first();
  const cell = (name) => row.locator(`.c-${name}`).innerText();
  return { status: await cell('status'), people: await cell('people'), minutes: Number(await cell('minutes')) };
};
const inside = (page, action, body) =>
  page.evaluate(
    async ([url, method, text]) => {
      const answer = await fetch(url, { method, ...(text ? { body: text, headers: { 'content-type': 'application/json' } } : {}) });
      return { status: answer.status, text: await answer.text() };
    },
    [action[1], action[0], body && JSON.stringify(body)],
  );

test('the link that the start printed signs in, once, and leaves the address', async () => {
  const link = await until('the link in the output', async () => /http\S+\/console\/sign-in#once=[0-9a-f]+/.exec(await server.log())?.[0]);
  const { page, violations, close } = await openConsole(chromium.browser);
  await page.goto(link);
  await page.locator('.figs').waitFor();
  assert.equal(new URL(page.url()).pathname, '/console');
  assert.ok(!page.url().includes('once'), page.url());
  assert.deepEqual(await violations(), []);
  await close();
  const second = await openConsole(chromium.browser);
  await second.page.goto(link);
  await second.page.getByText('This link was used, or is too old').waitFor();
  await second.close();
});

test('a wrong token is told so, the right one signs in, and no script can find it', async () => {
  const { page } = desk;
  await signIn(page, base, 'sdr_wrong');
  await page.getByText('This token is not known, or was revoked').waitFor();
  await signIn(page, base, server.token);
  await page.locator('.figs').waitFor();
  await page.goto(`${base}/console/sessions`);
  await rows(page).first().waitFor();
  const found = await page.evaluate(() => [document.documentElement.outerHTML, JSON.stringify({ ...localStorage }), JSON.stringify({ ...sessionStorage }), document.cookie, location.href].join('\n'));
  assert.ok(!found.includes(server.token), 'the token is somewhere in the page');
  const [cookie] = (await desk.context.cookies()).filter(({ name }) => name === 'sederunt');
  assert.deepEqual([cookie.httpOnly, cookie.sameSite, cookie.path], [true, 'Strict', '/']);
  assert.ok(!found.includes(cookie.value), 'the cookie is for scripts to see');
});

test('the list goes to any row, and keeps its place over a visit to a session', async () => {
  const { page } = desk;
  assert.equal(await page.locator('h1 .n').innerText(), '2,500');
  await page.getByLabel('Row', { exact: true }).fill('2000');
  await page.getByLabel('Row', { exact: true }).press('Enter');
  const row = page.locator('.row-line[aria-rowindex="2001"][data-id]');
  await row.waitFor();
  // Newest first: the two thousandth is number 500 of the oldest.
  assert.match(await row.innerText(), /Meeting 500/);
  await until('the row in the address', async () => new URL(page.url()).searchParams.get('row') === '2000');
  await page.mouse.move(700, 500);
  await page.mouse.wheel(0, 400);
  await until('ten rows by the wheel', async () => new URL(page.url()).searchParams.get('row') === '2010');
  await page.locator('.row-line[aria-rowindex="2012"] a').click();
  await page.locator('.timeline').waitFor();
  await page.goBack();
  await page.locator('.row-line[aria-rowindex="2011"][data-id]').waitFor();
  assert.equal(new URL(page.url()).searchParams.get('row'), '2010');
  // A day: the first row is of that day.
  const day = new Date(Date.now() - 40 * 86_400_000).toISOString().slice(0, 10);
  await page.getByLabel('Date', { exact: true }).fill(day);
  const wanted = new Intl.DateTimeFormat('en-GB', { day: '2-digit', month: 'short', year: 'numeric' }).format(new Date(day)).replace('Sept', 'Sep');
  await until('that day in the foot', async () => (await page.locator('.foot').innerText()).includes(wanted));
});

test('a row has a menu, by hand and by the keyboard', async () => {
  const { page } = desk;
  await page.goto(`${base}/console/sessions`);
  await rows(page).first().waitFor();
  const first = rows(page).first();
  const id = await first.getAttribute('data-id');
  await first.hover();
  await first.getByRole('button', { name: /^Actions for / }).click();
  await page.getByRole('button', { name: 'Copy session ID' }).click();
  assert.equal(await page.evaluate(() => navigator.clipboard.readText()), id);
  // It has ended: there is nothing to end.
  await page.locator('.rows').focus();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Shift+F10');
  const menu = page.locator('.menu:popover-open, [popover]:popover-open');
  assert.deepEqual(await menu.locator('a, button').allInnerTexts(), ['Open', 'Its meeting', 'Attendance', 'Copy session ID', 'Copy link']);
  await menu.getByRole('link', { name: 'Attendance' }).click();
  await until('its attendance', () => new URL(page.url()).search === `?session_id=${id}`);
  await page.goBack();
  await rows(page).first().waitFor();
});

test('as pages it is a plain table, which the keyboard goes through', async () => {
  const { page } = desk;
  await page.getByLabel('Row', { exact: true }).fill('2015');
  await page.getByLabel('Row', { exact: true }).press('Enter');
  await until('the row in the address', async () => new URL(page.url()).searchParams.get('row') === '2015');
  await page.getByRole('button', { name: 'As pages' }).click();
  const lines = page.locator('.paged tbody tr');
  await until('a hundred rows', async () => (await lines.count()) === 100);
  const status = page.locator('.paged-foot [role=status]');
  assert.equal(await status.innerText(), '2,001–2,100 of 2,500');
  assert.match(await lines.first().innerText(), /Meeting 499/);
  await page.getByRole('button', { name: 'Next' }).click();
  await until('the next hundred', async () => /(Meeting|Physics) 399/.test(await lines.first().innerText()));
  assert.equal(await status.innerText(), '2,101–2,200 of 2,500');
  await lines.first().getByRole('link').focus();
  // The menu of its row, and the next row.
  await page.keyboard.press('Tab');
  await page.keyboard.press('Tab');
  assert.equal(await page.evaluate(() => document.activeElement.closest('tr').rowIndex), 2);
  await page.goto(`${base}/console/sessions`);
  await rows(page).first().waitFor();
});

test('the address is the request: filters, sort and search, with a way back', async () => {
  const { page } = desk;
  await page.goto(`${base}/console/sessions`);
  await rows(page).first().waitFor();
  await page.keyboard.press('/');
  // So slowly that the list follows every key.
  await page.keyboard.type('physics', { delay: 200 });
  await until('all that was typed', () => new URL(page.url()).search === '?search=physics');
  await until('the matches', async () => (await page.locator('h1 .n').innerText()) === '834');
  for (const text of await rows(page).locator('.c-title').allInnerTexts()) assert.match(text, /Physics/);
  // A click at once takes along what was typed.
  await page.keyboard.type(' 3');
  await page.getByRole('button', { name: 'Ended' }).click();
  await until('both filters', () => new URL(page.url()).search === '?search=physics+3&status=ENDED');
  await page.getByRole('columnheader', { name: 'Minutes' }).getByRole('button').click();
  await until('the sort', () => new URL(page.url()).searchParams.get('sort_by') === 'minutesConsumed');
  // Typing is one step back, however many keys it took.
  await page.goBack();
  await page.goBack();
  await page.goBack();
  await until('no filter', async () => (await page.locator('h1 .n').innerText()) === '2,500');
  assert.equal(await page.getByLabel('Search sessions').inputValue(), '');
  // Whoever leaves while typing is not taken back, and finds it when it comes back.
  await page.getByLabel('Search sessions').focus();
  await page.keyboard.type('phys');
  await page.getByRole('link', { name: 'Meetings' }).first().click();
  await page.getByRole('heading', { level: 1, name: 'Meetings' }).waitFor();
  await page.getByLabel('Search meetings').focus();
  // The list is drawn anew after every key; what is typed stays, its blanks too.
  await page.keyboard.type('Physics 3', { delay: 200 });
  await until('its address', () => page.url().endsWith('/console/meetings?search=Physics+3'));
  assert.equal(await page.getByLabel('Search meetings').inputValue(), 'Physics 3');
  await page.goBack();
  await until('no search', () => page.url().endsWith('/console/meetings'));
  await page.goBack();
  await until('what was typed', () => page.url().endsWith('/console/sessions?search=phys'));
  // And straight to one of them, from anywhere.
  await page.keyboard.press('Control+k');
  await page.getByLabel('Go to').last().fill('Physics 3');
  const places = () => page.locator('.found a').evaluateAll((all) => all.map((one) => one.pathname.split('/').slice(0, 3).join('/')));
  await until('sessions and meetings', async () => (await places()).length === 12);
  assert.deepEqual([...new Set(await places())], ['/console/sessions', '/console/meetings']);
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await page.locator('.timeline').waitFor();
  assert.match(await page.locator('h1').innerText(), /^Physics 3/);
  // To a page by its name, with the keyboard alone.
  await page.keyboard.press('Control+k');
  await page.locator('dialog input:focus').waitFor();
  await page.keyboard.type('attend');
  await until('the page', async () => (await places())[0] === '/console/attendance');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { level: 1, name: 'Attendance' }).waitFor();
  await page.goto(`${base}/console/sessions?search=nothing+of+the+kind`);
  await page.getByText('No session passes these filters').waitFor();
  await page.locator('.empty').getByRole('button', { name: 'Clear' }).click();
  await rows(page).first().waitFor();
});

test('two people meet: the row lives, and is what the API says', async () => {
  const { page } = desk;
  await page.goto(`${base}/console/sessions`);
  await rows(page).first().waitFor();
  for (const [name, preset] of [['ada', 'group_call_host'], ['grace', 'group_call_participant']]) {
    people[name] = await chromium.person(name);
    people[name].member = await addParticipant(server, room, name, preset);
  }
  await openBare(people.ada, base, people.ada.member.token);
  // By itself: the list is at its top and nobody works in it.
  await until('a new row, live', async () => (await shown(page, 'Algebra II')).people === '1 / 1');
  await openBare(people.grace, base, people.grace.member.token);
  await until('two people', async () => {
    const { status, people: number } = await shown(page, 'Algebra II');
    return status === 'Live' && number === '2 / 2';
  });
  assert.equal(await page.locator('.nav .count').innerText(), '1');
  const first = (await shown(page, 'Algebra II')).minutes;
  await until('minutes that grow', async () => (await shown(page, 'Algebra II')).minutes > first);
});

test('somebody is dropped and comes back: the session tells it as it happens', async () => {
  const { page } = desk;
  await rows(page).filter({ hasText: 'Algebra II' }).first().locator('a').click();
  const lane = (name) => page.locator('.lane').filter({ hasText: name });
  await lane('ada').waitFor();
  await lane('grace').locator('.lane-button').click();
  const story = page.locator('.story');
  await until('one stay', async () => /in 1 stay\./.test(await story.innerText()));
  await people.grace.page.evaluate(() => window.__probe.cut());
  await until('the loss and the return', async () => {
    const text = await story.innerText();
    return /Connection lost/.test(text) && /Back after \d/.test(text) && /the same stay goes on, no gap/.test(text);
  });
  assert.equal(await page.locator('.figures dd').nth(4).innerText(), '1', 'with a loss');
  await page.screenshot({ path: path.join(pictures, 'live.png') });
  // The other one, by the API: removed, and said so.
  const kicked = await fetch(`${server.http}/client/v4/accounts/${server.account}/realtime/kit/${server.app}/meetings/${room}/active-session/kick`, {
    method: 'POST',
    headers: { authorization: `Bearer ${server.token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ participant_ids: [people.grace.member.id], custom_participant_ids: [] }),
  });
  assert.equal(kicked.status, 200, await kicked.text());
  await until('the removal', async () => /Removed\s*by a host or by the API/.test(await story.innerText()));
  await people.ada.page.evaluate(() => window.meeting.leave());
  await until('everybody gone', async () => !/now/.test(await page.locator('.lanes').innerText()) && (await page.locator('.stay.end-open').count()) === 0);
  assert.deepEqual(await desk.violations(), []);
});

test('what is shown is what the ledger exports', async () => {
  const { page } = desk;
  const api = `/sederunt/v1/apps/${server.app}`;
  const all = exported(server);
  const own = await inside(page, ['GET', `${api}/sessions.ndjson`]);
  assert.equal(own.status, 200);
  const lines = own.text.trim().split('\n').map((line) => JSON.parse(line));
  const byId = (list) => list.sort((a, b) => (a.session.id < b.session.id ? -1 : 1));
  assert.deepEqual(byId(lines), byId([...all]));
  const record = all.find(({ meeting }) => meeting.title === 'Algebra II');
  const told = JSON.parse((await inside(page, ['GET', `${api}/sessions/${record.session.id}/timeline`])).text);
  const stay = ({ peer, joined_at, left_at, reason }) => ({ peer, joined_at: Date.parse(joined_at), left_at: Date.parse(left_at), reason });
  const order = (list) => list.sort((a, b) => a.joined_at - b.joined_at);
  assert.deepEqual(order(told.stays.map(({ peer, joined_at, left_at, reason }) => ({ peer, joined_at, left_at, reason }))), order(record.stays.map(stay)));
  const minutes = record.stays.map(stay).reduce((sum, { joined_at, left_at }) => sum + left_at - joined_at, 0) / 60_000;
  assert.ok(Math.abs(told.session.minutes_consumed - minutes) < 0.000_2, `${told.session.minutes_consumed} ${minutes}`);
  const figures = await page.locator('.figures dd').allInnerTexts();
  assert.deepEqual(figures.slice(0, 3), ['2', String(record.stays.length), '2']);
  // The file of the filtered set, as a browser downloads it.
  await page.goto(`${base}/console/sessions?search=physics`);
  await until('the matches', async () => (await page.locator('h1 .n').innerText()) === '834');
  await page.getByRole('button', { name: 'Export' }).click();
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: /^CSV/ }).click()]);
  assert.equal(download.suggestedFilename(), 'sessions.csv');
  const chunks = [];
  for await (const chunk of await download.createReadStream()) chunks.push(chunk);
  const csv = Buffer.concat(chunks).toString().trim().split('\r\n');
  assert.equal(csv.length, 835);
  assert.match(csv[0], /^status,title,meeting_id,started_at \(Europe\/Berlin\),/);
});

test('many tabs have one feed, and go on when its tab is closed', async () => {
  const watchers = async () => Number(/feed_watchers (\d+)/.exec(await (await fetch(`${server.metrics}/metrics`)).text())?.[1]);
  const tabs = [];
  for (let n = 0; n < 8; n += 1) {
    const tab = await desk.context.newPage();
    await tab.goto(`${base}/console/sessions`);
    await tab.locator('.state.live').waitFor();
    tabs.push(tab);
  }
  assert.equal(await watchers(), 1);
  // The first one has the feed: it was there before the others.
  await desk.page.goto('about:blank');
  await until('the next tab has it', async () => (await watchers()) === 1);
  const lena = await chromium.person('lena');
  const member = await addParticipant(server, room, 'lena');
  await openBare(lena, base, member.token);
  for (const tab of tabs) {
    await tab.bringToFront();
    await until('the row in each tab', async () => (await shown(tab, 'Algebra II')).status === 'Live');
  }
  assert.equal(await watchers(), 1);
  // A start of the server in between: the pages go on by themselves.
  await lena.page.evaluate(() => window.meeting.leave());
  await Promise.all(tabs.slice(1).map((tab) => tab.close()));
  desk.page = tabs[0];
});

test('whoever only looks changes nothing, by hand either', async () => {
  const looker = await openConsole(chromium.browser);
  await signIn(looker.page, base, server.token, { only: true });
  await looker.page.locator('.figs').waitFor();
  const made = await inside(looker.page, ['POST', `/client/v4/accounts/${server.account}/realtime/kit/${server.app}/meetings`], { title: 'x' });
  assert.equal(made.status, 403, made.text);
  assert.match(made.text, /it changes nothing/);
  // The cookie is that of every tab: none of them shows anything afterwards, one without a feed of its own neither.
  const second = await looker.context.newPage();
  await second.goto(`${base}/console/people`);
  await second.locator('tbody td').first().waitFor();
  await looker.page.bringToFront();
  await looker.page.getByRole('button', { name: 'Sign out' }).click();
  await looker.page.getByRole('heading', { name: 'Sign in' }).waitFor();
  await second.getByText('You were signed out in another tab').waitFor();
  assert.equal(await second.locator('tbody').count(), 0);
  assert.equal((await inside(looker.page, ['GET', SESSION])).status, 401);
  await looker.close();
});

test('every screen is accessible, in both themes and languages, wide and narrow', async () => {
  const session = exported(server).find(({ meeting }) => meeting.title === 'Algebra II').session.id;
  const screens = {
    list: ['/console/sessions', '.row-line[data-id]'],
    paged: ['/console/sessions?paged=1', '.paged tbody tr'],
    none: ['/console/sessions?search=nothing+of+the+kind', '.empty'],
    timeline: [`/console/sessions/${session}`, '.lane'],
    people: [`/console/sessions/${session}/people`, '.plain td'],
    events: [`/console/sessions/${session}/events`, '.plain td'],
    audit: [`/console/sessions/${session}/audit`, '.audit-equal'],
    api: [`/console/sessions/${session}/api`, '.code'],
    missing: ['/console/sessions/00000000-0000-4000-8000-000000000000', '.empty'],
  };
  const found = [];
  for (const theme of ['light', 'dark']) {
    for (const [width, height] of [[1440, 900], [390, 844]]) {
      const locale = theme === 'dark' ? 'de-DE' : 'en-GB';
      const one = await openConsole(chromium.browser, { theme, width, height, locale });
      const check = async (name) => {
        const label = `${name} ${theme} ${width}`;
        assert.deepEqual(await one.violations(), [], label);
        await one.page.screenshot({ path: path.join(pictures, `${name}-${theme}-${width}.png`) });
        found.push(...(await axe(one.page)).map((fault) => `${label}: ${fault}`));
        const wide = await one.page.evaluate(() => document.documentElement.scrollWidth > innerWidth);
        if (wide) found.push(`${label}: the page scrolls sideways`);
      };
      await one.page.goto(`${base}/console/sign-in`);
      await one.page.locator('form').waitFor();
      await check('sign-in');
      await signIn(one.page, base, server.token);
      await one.page.locator('.figs').waitFor();
      const { lang, title } = await one.page.evaluate(() => ({ lang: document.documentElement.lang, title: document.querySelector('h1').innerText.split('\n')[0] }));
      assert.deepEqual([lang, title], theme === 'dark' ? ['de', 'Übersicht'] : ['en', 'Overview']);
      for (const [name, [address, sign]] of Object.entries(screens)) {
        await one.page.goto(base + address);
        await one.page.locator(sign).first().waitFor();
        await check(name);
        if (name !== 'timeline') continue;
        await one.page.locator('.lane-button').first().click();
        await one.page.locator('.story').waitFor();
        await check('story');
      }
      await one.close();
    }
  }
  assert.deepEqual(found, []);
});

test('after a kill and a start the page goes on, without a sign-in', async () => {
  const { page } = desk;
  await page.bringToFront();
  await page.goto(`${base}/console/sessions`);
  await page.locator('.state.live').waitFor();
  // Neither shows anything that is live, and one is on a phone: they say so only while nobody tells them anything.
  const others = [await desk.context.newPage(), await desk.context.newPage()];
  await others[1].setViewportSize({ width: 390, height: 844 });
  const said = (of) => of.locator('.topbar [role=status]').filter({ visible: true });
  for (const [nth, address] of ['people', 'webhooks'].entries()) {
    await others[nth].goto(`${base}/console/${address}`);
    await others[nth].getByRole('heading', { level: 1 }).waitFor();
    assert.equal(await others[nth].locator('.state').count(), 0, address);
  }
  await server.kill();
  await page.getByText(/Not connected since/).first().waitFor();
  for (const other of others) {
    await said(other).waitFor();
    assert.match(await said(other).innerText(), /^Not connected since /);
    assert.deepEqual(await layout(other), []);
  }
  const { port } = new URL(server.http);
  server = await startServer('console', { data: server.data, http: `127.0.0.1:${port}` });
  await page.locator('.state.live').waitFor();
  for (const other of others) await other.locator('.state').waitFor({ state: 'detached' });
  const max = await chromium.person('max');
  const member = await addParticipant(server, room, 'max');
  await openBare(max, base, member.token);
  await until('a row after the start', async () => (await shown(page, 'Algebra II')).status === 'Live');
  assert.deepEqual(await desk.violations(page), []);
});

test('an address that cannot be read leads to the first page', async () => {
  const { page } = desk;
  for (const address of ['sessions/%E0%A4%A', 'people/%']) {
    await page.goto(`${base}/console/${address}`);
    await page.locator('.figs').waitFor();
    assert.equal(new URL(page.url()).pathname, '/console');
  }
  assert.deepEqual(await desk.violations(page), []);
});

test('whoever tries tokens has to wait', async () => {
  const { page, close } = await openConsole(chromium.browser);
  await page.goto(`${base}/console/sign-in`);
  for (let n = 0; n < 11; n += 1) {
    await page.fill('input[name=token]', `sdr_guess${n}`);
    const [answer] = await Promise.all([page.waitForResponse((one) => one.url().endsWith(SESSION) && one.request().method() === 'POST'), page.click('button[type=submit]')]);
    if (n === 10) assert.deepEqual([answer.status(), Number(answer.headers()['retry-after']) > 0], [429, true]);
    else assert.equal(answer.status(), 401);
    await page.locator('.error').waitFor();
  }
  await page.getByText(/Too many sign-ins failed; try again in \d+ s/).waitFor();
  await close();
});
