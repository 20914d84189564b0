// Where things are on the console's screens, in both themes and languages, wide and narrow: nothing is cut off, covered, empty or
// outside, on a server with a history. Pictures of all screens are left in e2e/out/layout for whoever wants to look.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { after, before, test } from 'node:test';
import { addParticipant, makeMeeting, nodeClient } from './lib/api.mjs';
import { startBrowser } from './lib/browser.mjs';
import { axe, openConsole, signIn } from './lib/console.mjs';
import { layout } from './lib/layout.mjs';
import { LESSON, TERM, lesson, school } from './lib/school.mjs';
import { BINARY, startServer } from './lib/server.mjs';
import { joinOnWire } from './lib/wire.mjs';

const pictures = fileURLToPath(new URL('./out/layout', import.meta.url));
const HOUR = 3_600_000;
/** Enough for a strip of weeks and several pages of the list. */
const SESSIONS = 1_500;
/** A screen is there long before. */
const SHOWN_MS = 20_000;

let server;
let chromium;
let screens;

before(async () => {
  await mkdir(pictures, { recursive: true });
  server = await startServer('layout', { args: ['--webhook-allow', '127.0.0.0/8'] });
  const now = Date.now();
  const lines = [...school(server.app, SESSIONS, now - 2 * HOUR), lesson(server.app, now - 26 * HOUR, 60)];
  const done = spawnSync(BINARY, ['import', '--data', server.data, '-'], { input: lines.join('\n'), encoding: 'utf8' });
  assert.equal(done.status, 0, done.stderr);
  const asked = async (target, body) => {
    const answer = await fetch(`${server.http}${target}`, { method: 'POST', headers: { authorization: `Bearer ${server.token}`, 'content-type': 'application/json' }, body: JSON.stringify(body) });
    assert.ok(answer.ok, await answer.clone().text());
    return (await answer.json()).data;
  };
  const kit = `/client/v4/accounts/${server.account}/realtime/kit/${server.app}`;
  const events = ['meeting.started', 'meeting.participantJoined', 'meeting.participantLeft'];
  // Nobody listens there: it is behind, and says so.
  const { id: webhook } = await asked(`${kit}/webhooks`, { name: 'Attendance of the evening school', url: 'http://127.0.0.1:20009/hooks/meetings', events });
  const meeting = await makeMeeting(server, 'Parent evening with a title that is longer than most, and goes on');
  await addParticipant(server, meeting, 'Somebody who did not come yet');
  for (const name of ['Grace', 'Linus', '<i>Bobby</i>', 'محمد عبد الله', 'y'.repeat(200)]) await joinOnWire(server, meeting, name);
  // One word without end, and a room whose webhook nobody answers.
  await joinOnWire(server, await makeMeeting(server, 'x'.repeat(256)), 'Somebody');
  const made = await fetch(`${server.http}/v1/rooms`, {
    method: 'POST',
    headers: { authorization: `Bearer ${server.token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ name: 'Tutoring', type: 'public', webhook: { url: 'http://127.0.0.1:20009/hooks/rooms' } }),
  });
  assert.ok(made.ok, await made.clone().text());
  const meetings = await nodeClient(server).realtimeKit.meetings.get(server.app, { account_id: server.account });
  const room = meetings.data.find(({ title }) => title === 'Tutoring').id;
  await joinOnWire(server, room, 'Ada');
  screens = {
    overview: ['', '.figs'],
    sessions: ['/sessions', '.row-line[data-id]'],
    session: [`/sessions/${LESSON}`, '.lane'],
    story: [`/sessions/${LESSON}?person=00005000-0000-4000-8000-000000000003`, '.story .step'],
    'session-people': [`/sessions/${LESSON}/people`, '.plain td'],
    events: [`/sessions/${LESSON}/events`, '.plain td'],
    audit: [`/sessions/${LESSON}/audit`, '.plain td'],
    meetings: ['/meetings', 'tbody td'],
    meeting: [`/meetings/${meeting}`, '[aria-labelledby=participants] td'],
    'room-webhook': [`/meetings/${room}/webhook`, '[aria-labelledby=deliveries] .card'],
    people: ['/people', 'tbody td'],
    person: ['/people/student-1003', '.stays tbody td'],
    attendance: [`/attendance?session_id=${LESSON}`, '.verdicts'],
    register: [`/attendance?meeting_id=${TERM}&from=${new Date(now - 200 * HOUR).toISOString().slice(0, 10)}&to=${new Date(now).toISOString().slice(0, 10)}`, '.content .card'],
    usage: ['/usage', 'tfoot td'],
    webhooks: ['/webhooks', 'tbody .pill'],
    webhook: [`/webhooks/${webhook}`, '[aria-labelledby=deliveries] .card'],
    tokens: ['/tokens', '[aria-labelledby=sign-ins] td'],
    apps: ['/apps', 'tbody td'],
    system: ['/system', 'tbody td'],
  };
  chromium = await startBrowser();
});
after(async () => {
  await chromium?.close();
  await server?.stop();
});

const WAYS = [
  { theme: 'light', width: 1440, height: 900, locale: 'en-GB' },
  { theme: 'dark', width: 1440, height: 900, locale: 'de-DE' },
  { theme: 'light', width: 390, height: 844, locale: 'de-DE' },
  { theme: 'dark', width: 390, height: 844, locale: 'en-GB' },
  { theme: 'light', width: 320, height: 640, locale: 'de-DE' },
];

/** What a finger hits is at least as large as this, each way. */
const TOUCH = 40;
const small = (of) => of.evaluateAll((all, least) => all.map((one) => [one.textContent.trim(), one.getBoundingClientRect()]).filter(([, { width, height }]) => width < least || height < least).map(([text, { width, height }]) => `“${text}” is ${width} × ${height}`), TOUCH);

/** The bar of a phone and what is behind the name of the app, with the keyboard alone. */
async function phone(page, { locale }, check) {
  const isGerman = locale.startsWith('de');
  const bar = page.locator('.rail > .nav');
  const first = isGerman ? ['Übersicht', 'Sitzungen', 'Meetings', 'Personen', 'Anwesenheit', 'Nutzung'] : ['Overview', 'Sessions', 'Meetings', 'People', 'Attendance', 'Usage'];
  assert.deepEqual(await bar.locator('a > span:not(.count)').allInnerTexts(), first);
  const wide = await bar.evaluate((one) => one.scrollWidth - one.clientWidth);
  const found = [...(await small(bar.locator('a'))), ...(wide > 0 ? [`the bar is ${wide} px wider than its place`] : [])];
  const more = page.getByRole('button', { name: isGerman ? /mehr: Seiten/ : /more: pages/ });
  await more.focus();
  await page.keyboard.press('Enter');
  const menu = page.locator('.menu.more');
  await menu.waitFor();
  // In German they have the same names.
  const rest = ['Webhooks', 'Tokens', 'Apps', 'System'];
  assert.deepEqual(await menu.locator('nav a').allInnerTexts(), rest);
  await menu.locator('nav a:focus').waitFor();
  await check('more');
  found.push(...(await small(menu.locator('a, button'))), ...(await axe(page)));
  await page.keyboard.press('Escape');
  await menu.waitFor({ state: 'detached' });
  assert.ok(await more.evaluate((one) => one === document.activeElement), 'the focus is back where it was');
  await page.keyboard.press('Enter');
  await menu.locator('nav a:focus').waitFor();
  for (let n = 1; n < rest.length; n += 1) await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { level: 1, name: 'System' }).waitFor();
  await menu.waitFor({ state: 'detached' });
  // From there its entry says so, and the bar says of none that it is here.
  assert.equal(await bar.locator('[aria-current]').count(), 0);
  await more.click();
  assert.equal(await menu.locator('[aria-current=page]').innerText(), 'System');
  await page.keyboard.press('Escape');
  return found;
}

test('nothing is cut off, covered, empty or outside', async () => {
  const found = [];
  const look = async (how) => {
    const { page, violations, close } = await openConsole(chromium.browser, how);
    const label = `${how.theme} ${how.width}`;
    const check = async (name) => {
      await page.evaluate(() => document.fonts.ready);
      await page.screenshot({ path: path.join(pictures, `${name}-${how.theme}-${how.width}.png`) });
      found.push(...(await layout(page)).map((fault) => `${name} ${label}: ${fault}`));
    };
    await page.goto(`${server.page}/console/sign-in`);
    await page.locator('form').waitFor();
    await check('sign-in');
    await signIn(page, server.page, server.token);
    await page.locator('.nav').waitFor({ state: 'attached' });
    page.setDefaultTimeout(SHOWN_MS);
    if (how.width <= 760) found.push(...(await phone(page, how, check)).map((fault) => `phone ${label}: ${fault}`));
    for (const [name, [address, sign]] of Object.entries(screens)) {
      await page.goto(`${server.page}/console${address}`);
      await page.locator(sign).first().waitFor();
      await page.locator('.waiting').waitFor({ state: 'detached' });
      await check(name);
      if (name !== 'meeting') continue;
      // What is told once, with its square; and where one can go.
      await page.locator('[aria-labelledby=participants] tbody tr button').first().click();
      await page.locator('.qr svg').waitFor();
      await check('link');
      await page.keyboard.press('Escape');
      await page.locator('dialog').waitFor({ state: 'detached' });
      await page.keyboard.press('Control+k');
      await page.locator('dialog input:focus').waitFor();
      await page.keyboard.type('a');
      await page.locator('.found .soft').first().waitFor();
      await check('go-to');
    }
    found.push(...(await violations()));
    await close();
  };
  await Promise.all(WAYS.map(look));
  assert.ok(found.length === 0, found.join('\n'));
});
