// A customer's program for RealtimeKit, `field/scheduler`: a class with a browser for each pupil, in which connections are
// lost, the program is down for a while and the server is killed; its register is right to the second all the same.
import assert from 'node:assert/strict';
import { appendFile, mkdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { nodeClient, nodeSessions, stays } from './lib/api.mjs';
import { tcpPath } from './lib/away.mjs';
import { openBare } from './lib/bare.mjs';
import { startBrowser } from './lib/browser.mjs';
import { assertDone, during, exported, startProgram } from './lib/field.mjs';
import { startServer } from './lib/server.mjs';
import { until } from './lib/until.mjs';
import { register } from './field/scheduler/register.mjs';

const GRACE_SECS = 4;
const ARGS = ['--webhook-allow', '127.0.0.0/8', '--reconnect-grace-secs', String(GRACE_SECS)];
/** From the loss of a connection until the server has seen it. */
const NOTICED_MS = 2_000;
/** From the start of the server, or the return of a receiver, until everything is as it was. */
const BACK_MS = 60_000;
/** When the class begins: those who come in at once are in by then. */
const BEGINS_MS = 20_000;

const ms = (time) => Date.parse(time);
const NAMES = ['amy', 'ben', 'cy', 'dot'];

let server;
let chromium;
let program;
let options;
let network;
const people = {};
/** What each pupil did, stay by stay: see `assertDone`. */
const did = { amy: [], ben: [], cy: [] };

before(async () => {
  [server, chromium] = await Promise.all([startServer('field-scheduler', { args: ARGS }), startBrowser()]);
  network = await tcpPath(new URL(server.http).host);
  for (const name of Object.keys(did)) people[name] = await chromium.person(name);
  const folder = path.join(server.data, 'customer');
  await mkdir(folder);
  const starts = Date.now() + BEGINS_MS;
  const plan = {
    title: 'Biology 8b',
    starts: new Date(starts).toISOString(),
    ends: new Date(starts + 3_600_000).toISOString(),
    grace_seconds: 1,
    pupils: NAMES.map((name) => ({ id: `pupil-${name}`, name })),
  };
  const env = {
    BASE_URL: server.http,
    CLOUDFLARE_API_TOKEN: server.token,
    CLOUDFLARE_ACCOUNT_ID: server.account,
    REALTIMEKIT_APP_ID: server.app,
  };
  options = { folder, planName: 'CLASS', plan, env };
  program = await startProgram('scheduler/scheduler.mjs', options);
});

after(async () => {
  await program?.kill();
  await chromium?.close();
  await network?.close();
  if (server?.alive()) await server.stop();
});

/** All stays of the class, or those of `who`, oldest first. */
async function listed(who) {
  const [session] = (await nodeSessions(nodeClient(server), server)).sessions;
  const all = session ? await stays(server, session.associated_id) : [];
  return who ? all.filter(({ user_id }) => user_id === `pupil-${who}`) : all;
}

const isIn = async (who) => (await listed(who)).some((stay) => !stay.disconnected_at);
const comes = (who, deadline) => until(`${who} is in`, () => isIn(who), deadline);
const goes = (who) => until(`${who} is out`, async () => !(await isIn(who)));

async function joins(who, page = server.page) {
  const tokens = await program.get('/tokens');
  const joined = await during(async () => {
    await openBare(people[who], page, tokens[`pupil-${who}`]);
    await comes(who);
  });
  did[who].push({ joined });
}

async function leaves(who) {
  did[who].at(-1).left = await during(async () => {
    await people[who].page.evaluate(() => window.meeting.leave());
    await goes(who);
  });
}

/** The program starts again where it was, on the port that the webhook knows. */
async function startAgain() {
  program = await startProgram('scheduler/scheduler.mjs', { ...options, port: program.port });
}

async function api(method, where, body) {
  const headers = { authorization: `Bearer ${server.token}`, 'content-type': 'application/json' };
  const url = `${server.http}/sederunt/v1/apps/${server.app}/${where}`;
  const answer = await fetch(url, { method, headers, body: JSON.stringify(body) });
  assert.ok(answer.ok, `${method} ${where}: ${answer.status}`);
  return answer.json();
}

/** The id of the program's webhook. */
async function webhook() {
  const { data } = await nodeClient(server).realtimeKit.webhooks.getWebhooks(server.app, { account_id: server.account });
  return data[0].id;
}

/** Spans of the register by pupil, and those that the server lists, where everything that is over has to be equal. */
async function told() {
  const { pupils } = await program.get('/register');
  const seen = Object.fromEntries(pupils.map(({ id, spans }) => [id, spans]));
  const all = await listed();
  const wanted = NAMES.map((name) => {
    const own = all.filter(({ user_id }) => user_id === `pupil-${name}`);
    return [`pupil-${name}`, own.map((s) => ({ from: ms(s.connected_at), to: ms(s.disconnected_at) }))];
  });
  return { seen, wanted: Object.fromEntries(wanted) };
}

test('two are in, and the program is down while one of them leaves', async () => {
  await joins('amy');
  await joins('ben', network.page);
  await program.kill();
  await leaves('amy');
  const id = await webhook();
  await until('an attempt has failed', async () => {
    const { deliveries } = await api('GET', `webhooks/${id}/deliveries?event=meeting.participantLeft`);
    return deliveries.some(({ state, attempts }) => state === 'waiting' && attempts.length > 0);
  });
  // It died while it wrote something down.
  await appendFile(program.journal, '{"id":"0b5f');
  await startAgain();
  const { from, to } = (await listed('amy')).map((s) => ({ from: ms(s.connected_at), to: ms(s.disconnected_at) }))[0];
  await until(
    'the register knows that amy left',
    async () => {
      const { seen } = await told();
      assert.deepEqual(seen['pupil-amy'], [{ from, to }]);
      return true;
    },
    BACK_MS,
  );
});

test('one loses the network for good, another for a moment, and in this moment the server is killed', async () => {
  await joins('amy');
  const lost = await during(() => network.away());
  did.ben.at(-1).left = { from: lost.from, to: lost.to + NOTICED_MS };
  await until('ben is given up', async () => !(await isIn('ben')), GRACE_SECS * 1000 + 20_000);
  did.amy.at(-1).left = await during(async () => {
    await people.amy.page.evaluate(() => window.__probe.cut());
    await until('the server has seen it', async () => {
      const { events } = await api('GET', 'events?after=0&events=peer.away');
      return events.some(({ peer }) => peer.display_name === 'amy');
    });
  });
  await server.kill();
  const back = await during(async () => {
    server = await startServer('field-scheduler', { data: server.data, http: new URL(server.http).host, args: ARGS });
    network.back();
    await Promise.all(['amy', 'ben'].map((who) => comes(who, BACK_MS)));
  });
  for (const who of ['amy', 'ben']) did[who].push({ joined: back });
});

test('one is late, one leaves early, and the class ends', async () => {
  const { starts, grace_seconds: grace } = options.plan;
  await until('the class has begun', () => Date.now() > ms(starts) + grace * 1000, BEGINS_MS + 5_000);
  await joins('cy');
  await leaves('ben');
  const { to } = did.ben.at(-1).left;
  await until('that was early', () => Date.now() > to + grace * 1000);
  const left = await during(() => program.post('/end'));
  for (const who of ['amy', 'cy']) did[who].at(-1).left = left;
  await until('the register is complete', async () => (await program.get('/register')).complete, BACK_MS);
});

test('the register is what the server lists and exports, and what the pupils did', async () => {
  const { seen, wanted } = await told();
  assert.deepEqual(seen, wanted);

  const [session, ...more] = exported(server);
  assert.deepEqual(more, []);
  const spans = (name) =>
    session.stays.filter((s) => s.custom_participant_id === `pupil-${name}`).map((s) => ({ from: ms(s.joined_at), to: ms(s.left_at) }));
  assert.deepEqual(seen, Object.fromEntries(NAMES.map((name) => [`pupil-${name}`, spans(name)])));
  for (const name of Object.keys(did)) assertDone(name, seen[`pupil-${name}`], did[name]);

  const kit = nodeClient(server);
  const { sessions } = await nodeSessions(kit, server);
  assert.deepEqual(sessions.map(({ status }) => status), ['ENDED']);
  const of = { account_id: server.account, app_id: server.app };
  const { data } = await kit.realtimeKit.sessions.getSessionParticipants(sessions[0].id, of);
  const peers = data.participants.map((p) => [p.custom_participant_id, ms(p.joined_at), ms(p.left_at)]);
  assert.deepEqual(peers.sort(), Object.entries(seen).flatMap(([id, own]) => own.map(({ from, to }) => [id, from, to])).sort());
  const { pupils, over } = await program.get('/register');
  assert.equal(over, ms(sessions[0].ended_at));
  const all = Object.values(seen).flat().reduce((sum, { from, to }) => sum + to - from, 0);
  assert.equal(sessions[0].minutes_consumed, Math.round(all / 6) / 10_000);
  for (const { id, seconds } of pupils) {
    const own = wanted[id].reduce((sum, { from, to }) => sum + to - from, 0);
    assert.equal(seconds, Math.floor(own / 1000), id);
  }
});

test('who was late, who left early, who never came', async () => {
  const { pupils } = await program.get('/register');
  const remarks = pupils.map(({ name, late, left_early: early, absent }) => [name, { late, early, absent }]);
  assert.deepEqual(Object.fromEntries(remarks), {
    amy: { late: false, early: false, absent: false },
    ben: { late: false, early: true, absent: false },
    cy: { late: true, early: false, absent: false },
    dot: { late: false, early: false, absent: true },
  });
  assert.match(program.printed(), /^Biology 8b, over at [\d:]{8}\n(amy|ben|cy|dot)/m);
  assert.match(program.printed(), /^cy +\d+:\d\d +late +[\d:]{8}–[\d:]{8}$/m);
});

test('told everything once more, in another order, and by a stranger: it stays as it is', async () => {
  const right = await program.get('/register');
  const kept = await readFile(program.journal, 'utf8');
  const id = await webhook();
  const always = { from: new Date(0).toISOString(), to: new Date().toISOString() };
  const { replay: { number } } = await api('POST', `webhooks/${id}/replays`, always);
  const over = await until('the replay is over', async () => {
    const replay = await api('GET', `webhooks/${id}/replays/${number}`);
    return replay.state === 'done' && replay;
  });
  const events = kept.trimEnd().split('\n').map((line) => JSON.parse(line).event);
  assert.equal(over.sent, events.length, 'what was told again is what was told');
  const forged = { headers: { 'rtk-uuid': 'x', 'rtk-signature': 'AAAA' }, body: JSON.stringify(events[0]), method: 'POST' };
  assert.equal((await fetch(`${program.url}/hook`, forged)).status, 401);
  assert.equal(await readFile(program.journal, 'utf8'), kept);
  assert.deepEqual(await program.get('/register'), right);

  const { meeting } = events[0];
  const again = register({ ...options.plan, meeting: meeting.id }, events.reverse(), Date.now());
  assert.deepEqual(again, right);
});
