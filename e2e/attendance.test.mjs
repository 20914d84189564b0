// Attendance, as by a teacher and by whoever runs the server: who was there, long enough, of one lesson and of a term; as a
// file, on paper, and by a link. What is shown is what the ledger exports.
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
import { BINARY, startServer } from './lib/server.mjs';
import { until } from './lib/until.mjs';

const pictures = fileURLToPath(new URL('./out/attendance', import.meta.url));
/** People of the large lesson: more than a page of the report. */
const PEOPLE = 130;
const LESSONS = 5;
const MINUTE = 60_000;

let server;
let chromium;
let base;
let desk;
let link;

const id = (kind, n) => `0000${kind}000-0000-4000-8000-${n.toString(16).padStart(12, '0')}`;
const LARGE = id('2', 1);
const TERM = id('1', 2);
/** A meeting of more sessions than a register has. */
const MANY = id('1', 3);
const SESSIONS_MOST = 200;
const address = (query) => `${base}/console/attendance?${query}`;

/** A lesson of 90 minutes; `stays` are [who, name, from, to] in minutes, with one more for a rejoin. */
function lesson(app, [meeting, title], session, start, stays) {
  const at = (minutes) => new Date(start + minutes * MINUTE).toISOString();
  return JSON.stringify({
    app,
    meeting: { id: meeting, title },
    session: { id: session, title, started_at: at(0), ended_at: at(91) },
    stays: stays.map(([n, name, from, to], nth) => ({
      peer: id('3', Number.parseInt(session.slice(-3), 16) * 10_000 + nth),
      // A participant is of one meeting; the own id says that it is the same person.
      participant: id('4', (meeting === TERM ? 1_000 : 0) + n),
      name,
      custom_participant_id: n ? `student-${1000 + n}` : 'teacher-1',
      preset: n ? 'group_call_participant' : 'group_call_host',
      joined_at: at(from),
      left_at: at(to),
      reason: 'left',
    })),
  });
}

/** Two names for every three people, so that many are there twice. */
const nameOf = (n) => `${['Ada', 'Grace', 'Lena', 'Max', 'Noor'][n % 5]} ${['Diallo', 'Kang', 'Petrov', 'Sato', 'Tanaka', 'Fischer', 'Ivanova'][n % 7]}`;

function history({ app }) {
  const large = [[0, 'Ms Byron', 0, 90]];
  for (let n = 1; n <= PEOPLE; n += 1) {
    const from = n % 9 === 0 ? 12 : (n % 6) / 2;
    // Some leave early; some come back after a minute, some after five.
    if (n % 4 === 0) large.push([n, nameOf(n), from, 40 + (n % 17)]);
    else if (n % 5 === 0) large.push([n, nameOf(n), from, 40], [n, nameOf(n), n % 2 ? 41 : 45, 90]);
    else large.push([n, nameOf(n), from, 88 + (n % 3)]);
  }
  const lines = [lesson(app, [id('1', 1), 'Algebra II'], LARGE, Date.parse('2026-11-27T10:00:00Z'), large)];
  for (let nth = 0; nth < LESSONS; nth += 1) {
    const there = [[0, 'Ms Byron', 0, 90]];
    for (let n = 1; n <= 6; n += 1) {
      if (n === 2 && nth === 3) continue;
      there.push([n, n === 6 ? nameOf(1) : nameOf(n), n === 3 && nth === 1 ? 15 : 1, n === 4 ? 50 : 90]);
    }
    // In the middle of it Berlin goes from summer to winter time.
    lines.push(lesson(app, [TERM, 'History 9b'], id('2', 10 + nth), Date.parse('2026-10-12T08:00:00Z') + nth * 7 * 86_400_000, there));
  }
  for (let nth = 0; nth <= SESSIONS_MOST; nth += 1) {
    lines.push(lesson(app, [MANY, 'Office hours'], id('2', 1_000 + nth), Date.parse('2025-01-06T08:00:00Z') + nth * 86_400_000, [[5_000, 'Ida Boole', 0, 80]]));
  }
  return lines.join('\n');
}

before(async () => {
  await mkdir(pictures, { recursive: true });
  server = await startServer('attendance');
  base = server.page;
  const file = path.join(server.data, 'history.ndjson');
  await writeFile(file, history(server));
  const done = spawnSync(BINARY, ['import', '--data', server.data, file], { encoding: 'utf8' });
  assert.equal(done.status, 0, done.stderr);
  chromium = await startBrowser();
  desk = await openConsole(chromium.browser);
  await signIn(desk.page, base, server.token);
  await desk.page.locator('.figs').waitFor();
});
after(async () => {
  await chromium?.close();
  await server?.stop();
});

const rows = (page) => page.locator('.report-table tbody tr');
const cells = (row) => row.locator('th,td').allInnerTexts();
const chips = async (page) => (await page.locator('.chip b').allInnerTexts()).map(Number);
const status = (page, url) => page.evaluate(async (to) => (await fetch(to)).status, url);
async function download(page, click) {
  const [file] = await Promise.all([page.waitForEvent('download'), click()]);
  const chunks = [];
  for await (const chunk of await file.createReadStream()) chunks.push(chunk);
  return Buffer.concat(chunks).toString().trim().split('\r\n').map((line) => line.split(','));
}

test('from the rail to a lesson: the rows, and the sums of the ledger', async () => {
  const { page } = desk;
  await page.getByRole('navigation', { name: 'Console' }).getByRole('link', { name: 'Attendance' }).click();
  await page.locator('.pick-list li').first().waitFor();
  // The field has the focus already.
  await page.keyboard.type('Algebra');
  await page.getByText('Found').waitFor();
  await page.getByRole('link', { name: 'This session' }).click();
  await rows(page).first().waitFor();
  assert.equal(new URL(page.url()).search, `?session_id=${LARGE}`);
  assert.equal(await rows(page).count(), 100);
  assert.match(await page.locator('.report-bar [role=status]').innerText(), /^131 of 131 people/);
  // Without gaps, a sheet adds up to the stays that the ledger exports.
  await page.getByLabel('Join gaps up to').selectOption('0');
  await until('the rule in the address', () => new URL(page.url()).searchParams.get('gap') === '0');
  await page.getByRole('button', { name: 'Download CSV' }).click();
  const csv = await download(page, () => page.getByRole('link', { name: /^A line a person\b/ }).first().click());
  const record = exported(server).find(({ session }) => session.id === LARGE);
  const ledger = new Map();
  for (const { custom_participant_id: own, joined_at, left_at } of record.stays) ledger.set(own, (ledger.get(own) ?? 0) + Date.parse(left_at) - Date.parse(joined_at));
  const [own, time] = ['own_id', 'in_room_seconds'].map((name) => csv[0].indexOf(name));
  assert.equal(csv.length, PEOPLE + 2);
  assert.deepEqual(new Map(csv.slice(1).map((line) => [line[own], Math.round(Number(line[time]) * 1000)])), ledger);
  // The screen counts by itself, and says the same.
  for (const line of csv.slice(1, 7)) {
    await page.getByLabel('Name or own ID').fill(line[own]);
    await page.locator(`tr[data-key="${line[own]}"]:only-child`).waitFor();
    const shown = await cells(rows(page).first());
    const seconds = shown[6].split(':').reduce((sum, part) => sum * 60 + Number(part), 0);
    assert.deepEqual([shown[1], seconds, shown[8].trim().toLowerCase().replace('present, late', 'late')], [line[own], Math.floor(Number(line[time])), line.at(-1)]);
  }
});

test('the threshold moves all verdicts at once, and a verdict filters', async () => {
  const { page } = desk;
  await page.goto(address(`session_id=${LARGE}`));
  await rows(page).first().waitFor();
  const before = await chips(page);
  assert.equal(before[0] + before[1] + before[2], PEOPLE + 1);
  const slider = page.getByLabel('Present from');
  await slider.focus();
  await page.keyboard.press('Home');
  assert.deepEqual((await chips(page))[2], 0, 'from 0 % on everybody is present');
  await page.keyboard.press('End');
  const strict = await chips(page);
  assert.ok(strict[2] > before[2], strict.join());
  await until('the rule in the address', () => new URL(page.url()).searchParams.get('share') === '100');
  // The server says the same.
  const api = await page.evaluate(async (url) => (await fetch(url)).json(), `/sederunt/v1/apps/${server.app}/attendance${new URL(page.url()).search}`);
  assert.deepEqual(Object.values(api.verdicts), [...strict, 0]);
  await page.goto(address(`session_id=${LARGE}`));
  await page.locator('.chip.is-late').click();
  await until('those who are late', async () => new RegExp(`^${before[1]} of`).test(await page.locator('.report-bar [role=status]').innerText()));
  for (const text of await page.locator('.result').allInnerTexts()) assert.match(text, /Present, late/);
  await page.goBack();
  await until('everybody', async () => (await rows(page).count()) === 100);
  // Hosts are left out by their preset.
  await page.getByRole('button', { name: 'Nobody' }).click();
  await page.getByLabel(/^group_call_host/).check();
  await page.keyboard.press('Escape');
  await until('one left out', async () => /^130 of 130 people, 1 left out/.test(await page.locator('.report-bar [role=status]').innerText()));
  assert.equal(new URL(page.url()).searchParams.get('without_presets'), 'group_call_host');
});

test('how somebody is counted, step by step', async () => {
  const { page } = desk;
  await page.goto(address(`session_id=${LARGE}&find=student-1005`));
  await until('one person', async () => (await rows(page).count()) === 1);
  await page.getByRole('button', { name: 'How this is counted' }).click();
  const dialog = page.locator('dialog');
  // In at 2:30, out at 40:00, back at 41:00 until the end; the window is 90 minutes.
  const steps = await dialog.locator('.steps-table td.num').allInnerTexts();
  assert.deepEqual(steps.slice(0, 5), ['1:26:30', '1 m 00 s', '1:27:30', '1:30:00', '97.2 %']);
  assert.match(await dialog.innerText(), /In the room, in 2 stays/);
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'detached' });
  // Names that are there twice say whose they are.
  await page.goto(address(`session_id=${LARGE}&find=Ada+Fischer`));
  await until('some of one name', async () => (await rows(page).count()) > 1 && (await rows(page).count()) < 20);
  for (const text of await page.locator('button.who .mono').allInnerTexts()) assert.match(text, /^student-\d+$/);
});

test('a term is a register', async () => {
  const { page } = desk;
  await page.goto(address(`meeting_id=${TERM}&without_presets=group_call_host`));
  await rows(page).first().waitFor();
  assert.equal(await rows(page).count(), 6);
  const heads = await page.locator('.matrix .day').allInnerTexts();
  // The same hour in UTC: in Berlin an hour earlier once the clocks are back.
  assert.deepEqual(heads.map((text) => text.replace(/\s+/g, ' ')), ['12 Oct 2026 10:00', '19 Oct 2026 10:00', '26 Oct 2026 09:00', '02 Nov 2026 09:00', '09 Nov 2026 09:00']);
  const row = async (own) => (await cells(rows(page).filter({ hasText: own }))).map((text) => text.trim().replace(/\s+/g, ' '));
  assert.deepEqual((await row('student-1002')).slice(5), ['– Not there', '98.8 % Present', '4 of 5', '5:56:00', '79.1 %', 'Below']);
  assert.equal((await row('student-1003')).at(-1), 'Present, late');
  await page.getByRole('button', { name: 'Download CSV' }).click();
  const csv = await download(page, () => page.getByRole('link', { name: /a column a session/ }).click());
  assert.equal(csv.length, 7);
  assert.deepEqual(csv.find(([, own]) => own === 'student-1002').slice(3), ['98.88', '98.88', '98.88', '0.00', '98.88', '4', '0', '1', '21360.000', '27000.000', '79.11', 'below']);
  await page.getByRole('button', { name: 'Download CSV' }).click();
  const lines = await download(page, () => page.getByRole('link', { name: /a person and session/ }).click());
  assert.equal(lines.length, 1 + 6 * LESSONS);
});

test('on paper it is whole', async () => {
  const { page } = desk;
  await page.goto(address(`session_id=${LARGE}&page=2`));
  await until('the second page', async () => (await page.locator('.report-pages').innerText()).startsWith('101 to 131'));
  // What a browser does before it prints: nothing is painted after the listeners have returned.
  const count = (event) => page.evaluate((name) => {
    dispatchEvent(new Event(name));
    return document.querySelectorAll('.report-table tbody tr').length;
  }, event);
  assert.deepEqual([await count('beforeprint'), await count('afterprint')], [PEOPLE + 1, 31]);
  await page.emulateMedia({ media: 'print' });
  assert.deepEqual(await page.locator('.rail, .report-tools, .report-pages').evaluateAll((all) => all.map((one) => getComputedStyle(one).display)), ['none', 'none', 'none']);
  const pdf = await page.pdf({ preferCSSPageSize: true, path: path.join(pictures, 'report.pdf') });
  assert.ok(pdf.length > 20_000, `${pdf.length}`);
  await page.screenshot({ path: path.join(pictures, 'paper.png') });
  await page.emulateMedia({ media: null });
});

test('a lesson that goes on is counted up to now', async () => {
  const { page } = desk;
  const room = await makeMeeting(server, 'Physics');
  const ada = await chromium.person('ada');
  const member = await addParticipant(server, room, 'ada', 'group_call_host');
  await addParticipant(server, room, 'max');
  await openBare(ada, base, member.token);
  const session = await until('the session', async () => (await page.evaluate(async (url) => (await (await fetch(url)).json()).data.sessions[0]?.id, `/client/v4/accounts/${server.account}/realtime/kit/${server.app}/sessions?status=LIVE`)));
  await page.goto(`${base}/console/sessions/${session}`);
  await page.locator('.tabs').getByRole('link', { name: 'Attendance' }).click();
  await rows(page).first().waitFor();
  const time = async () => (await cells(rows(page).first()))[6];
  const first = await time();
  await until('time that goes on', async () => (await time()) > first);
  assert.equal((await cells(rows(page).first()))[3], 'now');
  await page.screenshot({ path: path.join(pictures, 'live.png') });
  await ada.page.evaluate(() => window.meeting.leave());
  await until('the leave', async () => (await cells(rows(page).first()))[3] !== 'now');
  const stay = await until('the stay in the ledger', () => exported(server).find((record) => record.session.id === session)?.stays[0]);
  const ms = Date.parse(stay.left_at) - Date.parse(stay.joined_at);
  assert.equal(await time(), `0:00:${String(Math.floor(ms / 1000)).padStart(2, '0')}`);
  // Who was invited and never came: on the screen, in the address, and in the file.
  assert.equal(await rows(page).count(), 1);
  await page.getByLabel('Invited, never came').selectOption('1');
  await until('the row', async () => (await rows(page).count()) === 2);
  assert.equal(new URL(page.url()).searchParams.get('absent'), 'true');
  assert.deepEqual(await chips(page), [1, 0, 0, 1]);
  await page.getByRole('button', { name: '1 Absent' }).click();
  await page.locator('tr[data-key="user-max"]:only-child').waitFor();
  await page.getByRole('button', { name: 'Download CSV' }).click();
  const csv = await download(page, () => page.getByRole('link', { name: /^A line a person\b/ }).first().click());
  assert.deepEqual(csv.slice(1).map((line) => [line[1], line.at(-1)]), [['user-ada', 'present'], ['user-max', 'absent']]);
  assert.deepEqual(await desk.violations(), []);
});

test('a teacher gets a link, which reads this report and nothing else, until it is ended', async () => {
  const { page } = desk;
  await page.goto(address(`meeting_id=${TERM}&without_presets=group_call_host&share=75`));
  await rows(page).first().waitFor();
  await page.getByRole('button', { name: 'Share…' }).click();
  await page.getByRole('button', { name: 'Make a link' }).click();
  link = await page.locator('.share-once input').inputValue();
  assert.match(link, new RegExp(`^${base}/console/shared#[0-9a-f]{64}$`));
  await page.getByText(/with names · until .* · never used/).waitFor();
  const teacher = await openConsole(chromium.browser);
  await teacher.page.goto(link);
  await rows(teacher.page).first().waitFor();
  const shown = async (on) => Promise.all((await rows(on).all()).map(cells));
  await page.keyboard.press('Escape');
  assert.deepEqual(await shown(teacher.page), await shown(page), 'the same report');
  assert.match(await teacher.page.locator('.rule-told').innerText(), /^Present from 75 % of the window · gaps of up to 2 min count · late after 10 min/);
  assert.equal(await teacher.page.locator('.rail, input[type=range]').count(), 0);
  await teacher.page.getByRole('button', { name: 'Download CSV' }).click();
  const csv = await download(teacher.page, () => teacher.page.getByRole('link', { name: /a column a session/ }).click());
  assert.equal(csv.length, 7);
  const found = await teacher.page.evaluate(() => [document.documentElement.outerHTML, JSON.stringify({ ...localStorage }), document.cookie].join('\n'));
  const [cookie] = (await teacher.context.cookies()).filter(({ name }) => name.startsWith('sederunt-share-'));
  assert.deepEqual([cookie.httpOnly, cookie.sameSite, cookie.path], [true, 'Strict', '/']);
  assert.ok(!found.includes(cookie.value));
  const api = `/sederunt/v1/apps/${server.app}`;
  for (const url of [`${api}/attendance?meeting_id=${TERM}`, `${api}/sessions.csv`, `${api}/shares`, '/sederunt/v1/console/session', `/client/v4/accounts/${server.account}/realtime/kit/${server.app}/sessions`]) {
    assert.equal(await status(teacher.page, url), 401, url);
  }
  assert.deepEqual(await teacher.violations(), []);
  // It is ended: at once.
  await page.getByRole('button', { name: 'Share…' }).click();
  await page.getByText(/last used/).waitFor();
  await page.getByRole('button', { name: 'End: this report' }).click();
  await page.getByRole('button', { name: 'End this link' }).click();
  await page.getByText('No link counts now.').waitFor();
  await page.keyboard.press('Escape');
  await teacher.page.reload();
  await teacher.page.getByText('This link is over').waitFor();
  await teacher.close();
});

test('whoever only looks shares nothing', async () => {
  const looker = await openConsole(chromium.browser);
  await signIn(looker.page, base, server.token, { only: true });
  await looker.page.locator('.figs').waitFor();
  await looker.page.goto(address(`session_id=${LARGE}`));
  await rows(looker.page).first().waitFor();
  assert.equal(await looker.page.getByRole('button', { name: 'Share…' }).count(), 0);
  await looker.close();
});

test('every state is accessible, in both themes, wide and narrow', async () => {
  const answer = await fetch(`${server.http}/sederunt/v1/apps/${server.app}/shares`, {
    method: 'POST',
    headers: { authorization: `Bearer ${server.token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ kind: 'attendance', session_id: id('2', 10), names: false }),
  });
  const { url } = await answer.json();
  const states = {
    pick: ['attendance', '.pick-list li'],
    many: [`attendance?session_id=${LARGE}&find=Ada`, '.report-table tbody tr'],
    one: [`attendance?session_id=${LARGE}&find=student-1005`, '.report-table tbody tr'],
    register: [`attendance?meeting_id=${TERM}`, '.matrix tbody tr'],
    nobody: [`attendance?session_id=${LARGE}&without_presets=group_call_host,group_call_participant`, '.empty'],
    none: [`attendance?meeting_id=${TERM}&from=2030-01-01`, '.empty'],
    error: [`attendance?session_id=${LARGE}&from=2026-12-01&to=2026-01-01`, '.notice'],
    backwards: [`attendance?meeting_id=${TERM}&from=2026-12-01&to=2026-01-01`, '.notice:has-text(\'"to" must not be before "from"\')'],
    large: [`attendance?meeting_id=${MANY}`, '.notice:has-text("More sessions or people than one register holds")'],
    missing: ['attendance?session_id=00000000-0000-4000-8000-000000000000', '.empty'],
    shared: [`shared${new URL(url).hash}`, '.report-table tbody tr'],
    over: [`shared#${'0'.repeat(64)}`, '.empty'],
  };
  const found = [];
  const look = async (theme, width, height, names) => {
    const one = await openConsole(chromium.browser, { theme, width, height });
    const { page } = one;
    const check = async (name) => {
      const label = `${name} ${theme} ${width}`;
      assert.deepEqual(await one.violations(), [], label);
      await page.screenshot({ path: path.join(pictures, `${name}-${theme}-${width}.png`) });
      found.push(...(await axe(page)).map((fault) => `${label}: ${fault}`));
      if (await page.evaluate(() => document.documentElement.scrollWidth > innerWidth)) found.push(`${label}: the page scrolls sideways`);
    };
    await signIn(page, base, server.token);
    await page.locator('.figs').waitFor();
    for (const name of names) {
      const [to, sign] = states[name];
      await page.goto('about:blank');
      await page.goto(`${base}/console/${to}`);
      await page.locator(sign).first().waitFor();
      await check(name);
      if (name !== 'many') continue;
      await page.getByRole('button', { name: 'How this is counted' }).click();
      await page.locator('dialog').waitFor();
      await check('how');
      await page.keyboard.press('Escape');
      await page.getByRole('button', { name: 'Share…' }).click();
      await page.locator('.share-list li').first().waitFor();
      await check('share');
    }
    await one.close();
  };
  // Each state in each theme and each width; those that have the most in them in all four.
  const [all, most] = [Object.keys(states), ['one', 'register']];
  await Promise.all([look('light', 1440, 900, all), look('dark', 390, 844, all)]);
  await Promise.all([look('dark', 1440, 900, most), look('light', 390, 844, most)]);
  assert.deepEqual(found, []);
});
