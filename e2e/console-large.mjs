// Not a test: the console over very many sessions, which are imported while somebody uses it.
//
//     node console-large.mjs [sessions [seconds]]     ten million when nothing is said; some 10 GB
//
// While they are imported the list is looked at again so many `seconds` after the last look: at once, when nothing is said.
//
// `KEEP=1` leaves the data folder, for `console-numbers.mjs`.
//
// `SEDERUNT=../target/release/sederunt` for the binary that counts. What is told are upper bounds: a browser, a server and a
// generator share the machine. It fails when a row, a count or a sum is wrong, or when the page has more elements than it may.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { startBrowser } from './lib/browser.mjs';
import { openConsole, signIn } from './lib/console.mjs';
import { session } from './lib/school.mjs';
import { BINARY, startServer } from './lib/server.mjs';
import { until } from './lib/until.mjs';

const COUNT = Number(process.argv[2] ?? 10_000_000);
const PAUSE_MS = Number(process.argv[3] ?? 0) * 1_000;
/** Elements that a page may have, however long the list is. */
const NODES = 1_500;
/** Four years of sessions. */
const SPAN_MS = 4 * 365.25 * 86_400_000;
const UNTIL = Date.UTC(2026, 10, 29);
const NEEDLE = Math.floor(COUNT * 0.37);
/** Lines that are given to the import at a time. */
const LINES = 2_000;
/** A machine that does something else besides is slow; what never comes is a fault. */
const SHOWN_MS = 120_000;
const HOURS_MS = 6 * 3_600_000;

const startOf = (n) => Math.round(UNTIL - SPAN_MS + (n * SPAN_MS) / COUNT);
const told = [];
const tell = (what, value) => {
  told.push([what, value]);
  console.log(`${what}: ${value}`);
};
const seconds = (ms) => `${(ms / 1000).toFixed(2)} s`;

/** Imports all of it, beside the server; resolves when it is done. */
async function importAll(server) {
  const child = spawn(BINARY, ['import', '--data', server.data, '-'], { stdio: ['pipe', 'ignore', 'inherit'] });
  const over = once(child, 'exit');
  // Whoever ends says why with its code, which is looked at below.
  child.stdin.on('error', () => {});
  for (let from = 0; from < COUNT; from += LINES) {
    let text = '';
    for (let n = from; n < Math.min(COUNT, from + LINES); n += 1) {
      const line = session(server.app, n, startOf(n), 1);
      text += `${n === NEEDLE ? line.replace(/"title":"[^"]*"/, '"title":"Needle"').replace('"session":{', '"session":{"title":"Needle",') : line}\n`;
    }
    if (child.exitCode !== null) break;
    if (!child.stdin.write(text)) await Promise.race([once(child.stdin, 'drain'), over]);
  }
  child.stdin.end();
  const [code] = await over;
  assert.equal(code, 0, 'the import failed');
}

const server = await startServer('console-large');
const chromium = await startBrowser();
try {
  const { page, violations } = await openConsole(chromium.browser);
  page.setDefaultTimeout(SHOWN_MS);
  let most = 0;
  const nodes = async (where) => {
    const count = await page.evaluate(() => document.querySelectorAll('*').length);
    most = Math.max(most, count);
    assert.ok(count <= NODES, `${count} elements ${where}`);
  };
  const timed = async (act) => {
    const from = performance.now();
    await act();
    return performance.now() - from;
  };
  const rows = page.locator('.row-line[data-id]');
  const total = async () => Number((await page.locator('h1 .n').innerText()).replaceAll(',', ''));
  const row = async (n) => {
    await page.getByLabel('Row', { exact: true }).fill(String(n));
    await page.getByLabel('Row', { exact: true }).press('Enter');
    const line = page.locator(`.row-line[aria-rowindex="${n + 1}"][data-id]`);
    await line.waitFor({ timeout: SHOWN_MS });
    return line;
  };
  const search = async (text, found) => {
    await page.getByLabel('Search sessions').fill(text);
    await until(`${found} of “${text}”`, async () => (await page.locator('h1 .n').innerText()) === found, SHOWN_MS);
  };

  await signIn(page, server.page, server.token);
  await page.locator('.nav').waitFor();

  // While it comes in.
  let done = false;
  const began = performance.now();
  const importing = importAll(server).finally(() => (done = true));
  // What failed first is what is told.
  importing.catch(() => {});
  const looks = [];
  let seen = 0;
  while (!done) {
    const took = await timed(async () => {
      await page.goto(`${server.page}/console/sessions`);
      await page.locator('.row-line[data-id], .empty').first().waitFor({ timeout: SHOWN_MS });
    });
    looks.push(took);
    const now = (await page.locator('.empty').count()) ? 0 : await total();
    assert.ok(now >= seen, `${now} sessions after ${seen}`);
    seen = now;
    console.log(`… ${now} sessions, list in ${seconds(took)}`);
    if (now > 200) {
      looks.push(await timed(() => row(now)));
      looks.push(await timed(() => row(Math.ceil(now / 2))));
    }
    await nodes('during the import');
    const next = performance.now() + PAUSE_MS;
    await until('the next look', () => done || performance.now() >= next, PAUSE_MS + 10_000);
  }
  await importing;
  const took = performance.now() - began;
  looks.sort((a, b) => a - b);
  tell('imported', `${COUNT} sessions in ${seconds(took)}, ${Math.round(COUNT / (took / 1000))} a second, beside a console in use`);
  tell('meanwhile', `${looks.length} lists and jumps: median ${seconds(looks[looks.length >> 1])}, longest ${seconds(looks.at(-1))}`);

  // All of it.
  tell('list opened', seconds(await timed(async () => {
    await page.goto(`${server.page}/console/sessions`);
    await rows.first().waitFor({ timeout: SHOWN_MS });
  })));
  assert.equal(await total(), COUNT);
  await nodes('in the list');
  const title = async (line) => (await line.locator('.c-title a').innerText()).trim();
  for (const n of [COUNT, Math.ceil(COUNT / 2), Math.ceil(COUNT * 0.7654321)]) {
    let line;
    const ms = await timed(async () => (line = await row(n)));
    const wanted = JSON.parse(session(server.app, COUNT - n, 0, 1)).meeting.title;
    assert.equal(await title(line), COUNT - n === NEEDLE ? 'Needle' : wanted);
    tell(`row ${n}`, seconds(ms));
    await nodes(`at row ${n}`);
  }
  const day = new Date(UNTIL - SPAN_MS / 3).toISOString().slice(0, 10);
  const wanted = new Intl.DateTimeFormat('en-GB', { day: '2-digit', month: 'short', year: 'numeric' }).format(new Date(day)).replace('Sept', 'Sep');
  tell(`the day ${day}`, seconds(await timed(async () => {
    await page.getByLabel('Date', { exact: true }).fill(day);
    await until('that day in the foot', async () => (await page.locator('.foot').innerText()).includes(wanted), SHOWN_MS);
  })));
  await nodes('at a day');
  tell('found one by its title', seconds(await timed(() => search('needle', '1'))));
  await nodes('in what is found');
  await page.getByLabel('Search sessions').fill('');
  await until('all again', async () => (await total()) === COUNT, SHOWN_MS);

  // A file of some hours, and one of everything: each has as many rows as the list says.
  const api = `${server.http}/sederunt/v1/apps/${server.app}/sessions.csv`;
  const headers = { authorization: `Bearer ${server.token}` };
  const lines = async (query) => {
    const answer = await fetch(`${api}${query}`, { headers });
    assert.equal(answer.status, 200);
    let [count, bytes] = [0, 0];
    for await (const chunk of answer.body) {
      bytes += chunk.length;
      for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, at + 1)) count += 1;
    }
    return { count: count - 1, bytes };
  };
  const [from, to] = [UNTIL - HOURS_MS, UNTIL].map((at) => new Date(at).toISOString());
  await page.goto(`${server.page}/console/sessions?start_time=${from}&end_time=${to}`);
  await rows.first().waitFor({ timeout: SHOWN_MS });
  assert.equal((await lines(`?start_time=${from}&end_time=${to}`)).count, await total());
  let all;
  const ms = await timed(async () => (all = await lines('')));
  assert.equal(all.count, COUNT);
  tell('exported as CSV', `${all.count} rows, ${(all.bytes / 1e9).toFixed(2)} GB in ${seconds(ms)}`);
  tell('elements in the page', `${most} at most, of ${NODES}`);
  assert.deepEqual(await violations(), []);
} finally {
  await chromium.close();
  await server.stop({ keep: Boolean(process.env.KEEP) });
  if (process.env.KEEP) console.log(`kept: ${server.data}`);
}
console.table(Object.fromEntries(told));
