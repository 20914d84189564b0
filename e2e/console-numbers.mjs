// Not a test: usage and people over a data folder that has very many sessions (`KEEP=1 node console-large.mjs` leaves one), and each
// screen until its first content. Times are of one question after the other.
//
//     node console-numbers.mjs folder
//
// `SEDERUNT=../target/release/sederunt` for the binary that counts. It fails when rows do not add up to their sum, when both rules do
// not differ by what is told of the edges, or when a screen is not there.
import assert from 'node:assert/strict';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { startBrowser } from './lib/browser.mjs';
import { openConsole, signIn } from './lib/console.mjs';
import { startServer } from './lib/server.mjs';

const data = path.resolve(process.argv[2]);
/** A machine that does something else besides is slow; what never comes is a fault. */
const SHOWN_MS = 300_000;
const ZONES = ['UTC', 'Asia/Seoul'];
/** The last day that has whole sessions, by the generator. */
const LAST = Date.UTC(2026, 10, 28);
const DAY_MS = 86_400_000;
const RANGES = { week: [7, 'day'], month: [30, 'day'], year: [365, 'day'], 'four years': [1461, 'month'] };

const told = [];
const tell = (what, ms) => {
  told.push([what, `${(ms / 1000).toFixed(2)} s`]);
  console.log(`${what}: ${(ms / 1000).toFixed(2)} s`);
};
const timed = async (act) => {
  const from = performance.now();
  const made = await act();
  return [performance.now() - from, made];
};

await rm(path.join(data, 'people'), { recursive: true, force: true });
const server = await startServer('console-numbers', { data });
const chromium = await startBrowser();
const own = `${server.http}/sederunt/v1/apps/${server.app}`;
const headers = { authorization: `Bearer ${server.token}` };
const day = (at) => new Date(at).toISOString().slice(0, 10);

async function usage(days, by, tz, split, people) {
  const query = new URLSearchParams({ from: day(LAST - (days - 1) * DAY_MS), to: day(LAST), by, tz, split, people });
  const answer = await fetch(`${own}/usage?${query}`, { headers });
  assert.equal(answer.status, 200, await answer.clone().text());
  const found = await answer.json();
  const sum = (of) => found.rows.reduce((all, row) => all + row[of], 0);
  for (const of of ['sessions', 'stays']) assert.equal(sum(of), found.sum[of]);
  // Each row has four decimals.
  assert.ok(Math.abs(sum('minutes') - found.sum.minutes) < 0.0001 * found.rows.length);
  return found;
}

try {
  for (const tz of ZONES) {
    for (const [name, [days, by]] of Object.entries(RANGES)) {
      const [took, start] = await timed(() => usage(days, by, tz, 'start', false));
      const what = `usage, ${name} by ${by}, ${tz}`;
      tell(what, took);
      const [split, midnight] = await timed(() => usage(days, by, tz, 'midnight', false));
      tell(`${what}, split at midnight`, split);
      const { before, after } = start.edges;
      assert.ok(Math.abs(start.sum.minutes + before - after - midnight.sum.minutes) < 0.001);
      if (tz === ZONES[0]) tell(`${what}, with people`, (await timed(() => usage(days, by, tz, 'start', true)))[0]);
    }
  }

  let answer = await timed(() => fetch(`${own}/people`, { headers }));
  tell('people, of whom nothing is known yet', answer[0]);
  assert.equal(answer[1].status, 503);
  const [built] = await timed(async () => {
    while (answer[1].status === 503) {
      await new Promise((done) => setTimeout(done, Number(answer[1].headers.get('retry-after')) * 1000));
      answer = await timed(() => fetch(`${own}/people`, { headers }));
    }
  });
  tell('their index', built);
  assert.equal(answer[1].status, 200);
  const { people } = await answer[1].json();
  tell('people', (await timed(() => fetch(`${own}/people`, { headers })))[0]);

  const { page, context } = await openConsole(chromium.browser);
  page.setDefaultTimeout(SHOWN_MS);
  await signIn(page, server.page, server.token);
  await page.locator('.nav').first().waitFor();
  await page.goto(`${server.page}/console/sessions`);
  await page.locator('.row-line[data-id]').first().waitFor();
  const session = await page.locator('.row-line[data-id]').first().getAttribute('data-id');
  const year = new URLSearchParams({ from: day(LAST - 364 * DAY_MS), to: day(LAST), split: 'midnight', tz: 'Asia/Seoul' });
  const screens = {
    overview: ['', '.flow'], sessions: ['/sessions', '.row-line[data-id]'], 'sessions found by a title': ['/sessions?search=Algebra', '.row-line[data-id]'],
    session: [`/sessions/${session}`, '.lane'], events: [`/sessions/${session}/events`, '.plain td'], audit: [`/sessions/${session}/audit`, '.plain td'],
    meetings: ['/meetings', 'tbody td'], people: ['/people', 'tbody td'], person: [`/people/${people[0].key}`, '.calendar'],
    attendance: [`/attendance?session_id=${session}`, '.verdicts'], usage: ['/usage', 'tfoot td'], 'usage of a year': [`/usage?${year}`, 'tfoot td'],
    webhooks: ['/webhooks', '.empty'], tokens: ['/tokens', '[aria-labelledby=sign-ins] td'], apps: ['/apps', 'tbody td'], system: ['/system', 'tbody td'],
  };
  for (const [name, [url, shown]] of Object.entries(screens)) {
    const open = async () => {
      await page.goto(`${server.page}/console${url}`);
      await page.locator(shown).first().waitFor();
    };
    tell(`screen: ${name}`, (await timed(open))[0]);
  }
  await context.close();
  console.table(Object.fromEntries(told));
} finally {
  await chromium.close();
  await server.stop({ keep: true });
}
