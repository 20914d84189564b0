// The console's numbers: usage by day, the overview, and one person over all sessions. History around changes of the clock, and
// two official clients of whom one is lost; every sum is what the ledger exports.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { addParticipant, makeMeeting, nodeClient } from './lib/api.mjs';
import { openBare } from './lib/bare.mjs';
import { startBrowser } from './lib/browser.mjs';
import { axe, openConsole, signIn } from './lib/console.mjs';
import { exported } from './lib/field.mjs';
import { BINARY, startServer } from './lib/server.mjs';
import { until } from './lib/until.mjs';
import { openSocket } from './lib/wire.mjs';

const pictures = fileURLToPath(new URL('./out/usage', import.meta.url));
const ZONE = 'Europe/Berlin';

let server;
let chromium;
let base;
let desk;
let minute;

/** A term around the night of the 26th of October 2025, which has an hour twice in Berlin: Grace in all sessions, Linus in some. */
function history({ app }) {
  const id = (kind, n) => `${String(kind).padStart(4, '0')}0000-0000-4000-8000-${n.toString(16).padStart(12, '0')}`;
  const lines = [];
  for (let n = 0; n < 40; n += 1) {
    const from = Date.parse('2025-10-06T21:30:00Z') + n * 86_400_000;
    const at = (minutes) => new Date(from + minutes * 60_000).toISOString();
    const stay = (kind, name, own, joined, left, reason) => ({
      peer: id(kind, n), participant: id(kind + 1, n), name, custom_participant_id: own, joined_at: at(joined), left_at: at(left), reason,
    });
    const stays = [stay(30, 'Grace Hopper', 'grace', 0, 45 + n, 'left')];
    if (n % 3 === 0) stays.push(stay(40, 'Linus', 'linus', 5, 35, n % 2 ? 'connection_lost' : 'left'));
    lines.push(JSON.stringify({
      app, meeting: { id: id(10, n % 4), title: `Physics ${n % 4}` },
      session: { id: id(20, n), started_at: at(0), ended_at: at(46 + n) }, stays,
    }));
  }
  return lines.join('\n');
}

before(async () => {
  await mkdir(pictures, { recursive: true });
  server = await startServer('usage');
  base = server.page;
  chromium = await startBrowser();
  desk = await openConsole(chromium.browser);
});
after(async () => {
  await chromium?.close();
  await server?.stop();
});

/** Minutes of exported stays in a range: by the start of their session, and where they were. */
function sums(records, from, to) {
  let [start, split] = [0, 0];
  for (const { session, stays } of records) {
    const began = Date.parse(session.started_at) >= from && Date.parse(session.started_at) < to;
    for (const { joined_at, left_at } of stays) {
      const [joined, left] = [Date.parse(joined_at), Date.parse(left_at)];
      if (began) start += left - joined;
      split += Math.max(0, Math.min(left, to) - Math.max(joined, from));
    }
  }
  return { start: start / 60_000, split: split / 60_000 };
}
const numberOf = (text) => Number(text.replaceAll(',', ''));

test('without any session the first page says what makes one', async () => {
  const { page } = desk;
  await signIn(page, base, server.token);
  await page.getByText('sederunt meeting create').waitFor();
  assert.equal(new URL(page.url()).pathname, '/console');
  assert.equal(await page.locator('.nav a[aria-current]').innerText(), 'Overview');
  // The commands do what they say.
  const commands = await page.getByLabel('Commands').innerText();
  assert.equal(commands.split('\n').length, 3);
  const env = { ...process.env, PATH: `${path.dirname(BINARY)}:${process.env.PATH}`, SEDERUNT_DATA: server.data };
  const typed = spawnSync('bash', ['-ec', commands], { encoding: 'utf8', env });
  assert.equal(typed.status, 0, typed.stderr);
  assert.equal(typed.stdout.match(/\/meet\?authToken=/g)?.length, 2, typed.stdout);
  await page.screenshot({ path: path.join(pictures, 'no-session.png') });
  await page.getByRole('link', { name: 'Make a meeting' }).click();
  await page.locator('dialog[open]').getByLabel('Title').fill('The first');
  await page.getByRole('button', { name: 'Make the meeting' }).click();
  await page.locator('h1', { hasText: 'The first' }).waitFor();
  await page.goto(`${base}/console/sessions`);
  await page.getByLabel('Commands').waitFor();
  const file = path.join(server.data, 'history.ndjson');
  await writeFile(file, history(server));
  const done = spawnSync(BINARY, ['import', '--data', server.data, file], { encoding: 'utf8' });
  assert.equal(done.status, 0, done.stderr);
});

/** Whether somebody counts in a range: where the session began, or where the stay was. */
function isCounted(rule, session, { joined_at, left_at }, from, to) {
  const [began, joined, left] = [session.started_at, joined_at, left_at].map((text) => Date.parse(text));
  return rule === 'start' ? began >= from && began < to : joined < to && (left > from || joined >= from);
}

test('usage: every sum is what the export says, by both rules, and a row opens its sessions', async () => {
  const { page } = desk;
  const records = exported(server);
  for (const [rule, name] of [['start', 'By start'], ['midnight', 'Split at midnight']]) {
    await page.goto(`${base}/console/usage?from=2025-10-24&to=2025-10-28&tz=${ZONE}`);
    await page.getByRole('button', { name }).click();
    await until('the rule', () => new URL(page.url()).searchParams.get('split') === rule);
    await page.locator('.numbers:not(.old) tfoot').waitFor();
    const [from, to] = [Date.parse('2025-10-23T22:00:00Z'), Date.parse('2025-10-28T23:00:00Z')];
    const wanted = sums(records, from, to)[rule === 'start' ? 'start' : 'split'];
    await until('the sum', async () => numberOf(await page.locator('tfoot td').nth(3).innerText()) === wanted);
    // People come after the numbers.
    const present = records.flatMap(({ session, stays }) => stays.filter((stay) => isCounted(rule, session, stay, from, to)));
    const people = new Set(present.map((stay) => stay.custom_participant_id ?? stay.participant));
    await until('the people', async () => (await page.locator('tfoot td').nth(2).innerText()) === String(people.size));
    const rows = await page.locator('tbody td:nth-child(5)').allInnerTexts();
    assert.equal(rows.length, 5);
    assert.ok(Math.abs(rows.map(numberOf).reduce((a, b) => a + b) - wanted) < 0.51);
    assert.match(await page.locator('tbody tr').nth(2).innerText(), /25 h/);
  }
  assert.match(await page.locator('.rules').innerText(), /At the edges of the range [\d.]+ minutes/);
  await page.getByRole('button', { name: 'By start' }).click();
  await until('the rule', () => new URL(page.url()).searchParams.get('split') === 'start');
  await page.locator('.numbers:not(.old) tbody').waitFor();
  const day = page.locator('tbody tr').nth(1);
  const minutes = await day.locator('td').nth(3).innerText();
  await day.getByRole('link').click();
  await page.locator('.row-line[data-id]').first().waitFor();
  assert.equal(await page.locator('h1 .n').innerText(), '1');
  await until('the same sum in the foot', async () => (await page.locator('.foot .sum').innerText()) === `${minutes} minutes in all`);
  await page.goBack();
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: 'CSV' }).click()]);
  assert.equal(download.suggestedFilename(), 'usage.csv');
  assert.deepEqual(await desk.violations(), []);
});

test('one person over all sessions: found by a part of the name, every stay counted, each a way to its session', async () => {
  const { page } = desk;
  await page.goto(`${base}/console/people?tz=${ZONE}`);
  await page.getByRole('link', { name: 'Linus' }).waitFor();
  await page.keyboard.press('/');
  await page.keyboard.type('hopp', { delay: 20 });
  await until('one of them', async () => (await page.locator('h1 .n').innerText()) === '1');
  await page.locator('tbody a').click();
  await page.getByRole('heading', { name: 'Grace Hopper' }).waitFor();
  const stays = exported(server).flatMap(({ stays: all }) => all).filter(({ custom_participant_id: own }) => own === 'grace');
  const wanted = stays.reduce((sum, { joined_at, left_at }) => sum + Date.parse(left_at) - Date.parse(joined_at), 0) / 60_000;
  const figures = await page.locator('.figs dd.fig').allInnerTexts();
  assert.deepEqual([numberOf(figures[0]), figures[2]], [wanted, String(stays.length)]);
  assert.match(await page.locator('.figs').innerText(), /an hour of presence; median of the app [\d.]+/);
  await page.locator('.calendar rect.level-4').first().waitFor();
  await page.locator('.stays .plain tbody tr').nth(24).waitFor();
  await page.getByRole('button', { name: 'Next' }).click();
  await until('the second page', async () => (await page.locator('.stays .plain tbody tr').count()) === stays.length - 25);
  await page.locator('.stays .plain tbody a').first().click();
  await page.locator('.story').getByText('Grace Hopper').first().waitFor();
  await page.goto(`${base}/console/people/nobody-of-this-id`);
  await page.getByText('Nobody was in a session of this app by this ID').waitFor();
});

test('overview: two people meet and one is lost; the figures, the minutes and what needs a look say so', async () => {
  const { page } = desk;
  const room = await makeMeeting(server, 'Algebra II');
  await page.goto(`${base}/console`);
  const figure = (name) => page.locator('.figs li').filter({ hasText: name });
  await until('nobody', async () => (await figure('Live sessions').locator('.fig').innerText()) === '0');
  const people = {};
  for (const name of ['ada', 'kurt']) {
    people[name] = await chromium.person(name);
    const { token } = await addParticipant(server, room, name);
    (people.tokens ??= []).push(token);
    await openBare(people[name], base, token);
  }
  await until('two people in one session', async () => /2 people in them/.test(await figure('Live sessions').innerText()));
  await page.locator('section', { hasText: 'Largest live sessions' }).getByRole('link', { name: 'Algebra II' }).waitFor();
  assert.match(await page.locator('section', { hasText: 'Needs a look' }).innerText(), /Nothing\. Last checked/);
  await page.getByRole('button', { name: 'How this is decided' }).click();
  await page.getByRole('dialog').getByText('more than 10 % of its people').waitFor();
  await page.keyboard.press('Escape');
  await until('the joins, in the figure and in the table', async () => /2 in 60/.test(await figure('Joins a minute').innerText()));
  await figure('Joins a minute').getByRole('link').click();
  assert.equal(await page.locator('#minutes tfoot td').first().innerText(), '2');
  await until('what a commit took', async () => /[\d.]+ m?s/.test(await figure('Commit p99').innerText()));
  // A minute says what happened in it, and leads to the session.
  minute = await page.evaluate(() => {
    const rows = [...document.querySelectorAll('#minutes tbody tr')];
    return rows.find((row) => Number(row.querySelector('td').textContent) > 0).querySelector('a').getAttribute('href');
  });
  await page.locator(`#minutes a[href="${minute}"]`).click();
  const events = page.locator('.card.scrolls tbody tr').filter({ hasText: 'Joined' });
  await events.first().waitFor();
  assert.match(await events.first().innerText(), /ada|kurt/);
  await events.first().getByRole('link', { name: 'Algebra II' }).click();
  await page.getByRole('heading', { name: 'Algebra II' }).waitFor();
  await page.goto(`${base}/console`);
  await figure('Minutes today').getByRole('link').click();
  await page.locator('tfoot').waitFor();
  assert.equal(await page.locator('tbody tr').count(), 1);
  await page.goto(`${base}/console`);
  for (const name of ['ada', 'kurt']) await people[name].page.evaluate(() => window.meeting.leave());
  // Everybody has left, and it is LIVE for another minute: at once, with the time that is left.
  const look = page.locator('section', { hasText: 'Needs a look' });
  await until('the empty session', async () => /Algebra II\s+Live with nobody in it, ends in 0:0[01]:\d\d/.test(await look.innerText()));
  // A meeting that was closed meanwhile: whoever still has its link is told to its app.
  const meeting = await nodeClient(server).realtimeKit.meetings.updateMeetingByID(room, { account_id: server.account, app_id: server.app, status: 'INACTIVE' });
  assert.equal(meeting.data.status, 'INACTIVE');
  for (let n = 0; n < 3; n += 1) {
    const late = openSocket(server, { roomID: room, token: people.tokens[0] });
    assert.equal(await late.opened, false);
  }
  await until('the refused joins', async () => /Refused joins of this app\s+3 people in an hour: the meeting is closed/.test(await look.innerText()));
});

test('every screen is accessible, in both themes, wide and narrow', async () => {
  const screens = {
    overview: ['/console', '.flow'],
    usage: [`/console/usage?from=2025-10-01&to=2025-11-20&tz=${ZONE}`, 'tfoot'],
    people: ['/console/people', 'tbody a'],
    person: ['/console/people/grace', '.stays .plain tbody'],
  };
  /** The same parts in other words: looked at once. */
  const states = {
    nothing: ['/console/usage?from=2020-10-01&to=2020-10-02', '.empty'],
    nobody: ['/console/people?search=nobody', '.empty'],
    missing: ['/console/people/x', '.empty'],
    minute: [minute, '.card.scrolls tbody tr'],
  };
  const found = [];
  for (const theme of ['light', 'dark']) {
    for (const [width, height] of [[1440, 900], [390, 844]]) {
      const one = await openConsole(chromium.browser, { theme, width, height });
      await signIn(one.page, base, server.token);
      await one.page.locator('.figs').waitFor();
      const all = theme === 'light' && width === 1440 ? { ...screens, ...states } : screens;
      for (const [name, [address, sign]] of Object.entries(all)) {
        const label = `${name} ${theme} ${width}`;
        await one.page.goto(base + address);
        await one.page.locator(sign).first().waitFor();
        assert.deepEqual(await one.violations(), [], label);
        await one.page.screenshot({ path: path.join(pictures, `${name}-${theme}-${width}.png`) });
        found.push(...(await axe(one.page)).map((fault) => `${label}: ${fault}`));
        if (await one.page.evaluate(() => document.documentElement.scrollWidth > innerWidth)) found.push(`${label}: the page scrolls sideways`);
      }
      await one.close();
    }
  }
  assert.deepEqual(found, []);
});
