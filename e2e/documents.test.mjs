// The documents that the server gives are what it does: requests generated from them, right ones and wrong ones, and every
// answer checked against them.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { addParticipant, makeMeeting } from './lib/api.mjs';
import { freePort } from './lib/port.mjs';
import { schemathesis } from './lib/python.mjs';
import { startServer } from './lib/server.mjs';
import { joinOnWire } from './lib/wire.mjs';

const HOOKS = fileURLToPath(new URL('lib', import.meta.url));
/** The same requests in every run. */
const SEED = 20261;
/** Generated requests for each operation, beside those that cover every bound of its schemas. */
const EXAMPLES = 12;
/** Unknown names in a query are ignored; what is not built answers 501, and a disk that is behind 503. */
const RULES = [
  '[generation]',
  'allow-extra-parameters = false',
  '[checks.not_a_server_error]',
  'expected-statuses = ["2xx", "3xx", "4xx", "501", "503"]',
];
const STUCK_MS = 300_000;
const CHECKS = [
  'not_a_server_error',
  'status_code_conformance',
  'content_type_conformance',
  'response_headers_conformance',
  'response_schema_conformance',
  'negative_data_rejection',
  'positive_data_acceptance',
];

let server;
let ids;

before(async () => {
  server = await startServer('documents', { env: { SEDERUNT_WEBHOOK_ALLOW: '127.0.0.1' } });
  const meeting = await makeMeeting(server, 'Weekly sync');
  const participant = await addParticipant(server, meeting, 'Ada');
  const peer = await joinOnWire(server, meeting, 'alice');
  const { sessions: [session] } = await pagecallOrKit('/sessions');
  peer.close();
  await pagecall('/users', { user_id: 'alice' });
  const { room } = await pagecall('/rooms', { name: 'Lesson', type: 'private', members: [{ user_id: 'alice', type: 'host' }] });
  const [preset] = await pagecallOrKit('/presets?search=webinar_viewer');
  const path = `/client/v4/accounts/${server.account}/realtime/kit/${server.app}/webhooks`;
  const { data: webhook } = await ask(path, { name: 'Main', url: 'https://hooks.example.com/', events: ['meeting.ended'] });
  // A receiver that is not there, which is found out at once. The other webhook is deleted when its turn comes.
  const url = `http://127.0.0.1:${await freePort()}/`;
  const { data: hook } = await ask(path, { name: 'Nobody', url, events: ['meeting.started'] });
  const { room: hooked } = await pagecall('/rooms', { name: 'Hooked', type: 'open', webhook: { url } });
  await ask(`/sederunt/v1/apps/${server.app}/webhooks/${hook.id}/replays`, { from_sequence: 1, to_sequence: 2 });
  ids = { meeting, participant: participant.id, session: session.id, room: room.id, preset: preset.id, webhook: webhook.id };
  ids = { ...ids, hook: hook.id, hooked: hooked.id };
});

after(() => server?.stop());

async function ask(url, body) {
  const headers = { authorization: `Bearer ${server.token}`, 'content-type': 'application/json' };
  const answer = await fetch(`${server.http}${url}`, { headers, ...(body && { method: 'POST', body: JSON.stringify(body) }) });
  assert.equal(answer.ok, true, `${url}: ${answer.status}`);
  return answer.json();
}

const pagecall = (url, body) => ask(`/v1${url}`, body);
const pagecallOrKit = async (url) =>
  (await ask(`/client/v4/accounts/${server.account}/realtime/kit/${server.app}${url}`)).data;

/** Runs the tool on one document; throws with what it says when it finds something. */
async function hold(name, parameters, ...flags) {
  const config = path.join(server.data, `${name}.toml`);
  const lines = Object.entries(parameters).map(([key, value]) => `"path.${key}" = "${value}"`);
  await writeFile(config, [...RULES, '[parameters]', ...lines, ''].join('\n'));
  const args = ['--config-file', config, 'run', `${server.http}/openapi/${name}.json`];
  args.push('--header', `Authorization: Bearer ${server.token}`, '--checks', CHECKS.join(','));
  args.push('--phases', 'coverage,fuzzing', '--max-examples', EXAMPLES, '--seed', SEED, '--no-shrink');
  args.push('--continue-on-failure', '--no-color', '--warnings', 'off', ...flags);
  const env = { ...process.env, SCHEMATHESIS_HOOKS: 'documents', PYTHONPATH: HOOKS, SEDERUNT_SESSION: ids.session, SEDERUNT_APP: server.app };
  const tool = spawn(schemathesis(), args.map(String), { cwd: server.data, env, timeout: STUCK_MS });
  let said = '';
  tool.stdout.on('data', (text) => (said += text));
  tool.stderr.on('data', (text) => (said += text));
  const code = await new Promise((done) => tool.once('exit', done));
  assert.equal(code, 0, said.slice(-20_000));
  const [, cases] = said.match(/(\d+) generated/) ?? [];
  assert.ok(Number(cases) > 50, `${cases} requests are too few: ${said.slice(-2_000)}`);
}

test('RealtimeKit', () =>
  hold('realtimekit', {
    account_id: server.account,
    app_id: server.app,
    meeting_id: ids.meeting,
    participant_id: ids.participant,
    session_id: ids.session,
    preset_id: ids.preset,
    webhook_id: ids.webhook,
  }));

// Deleting would take away what the other requests are about, and they would get 400 for right data.
test('Pagecall', () =>
  hold(
    'pagecall',
    { id: ids.room, room_id: ids.room, member_id: 'alice', user_id: 'alice' },
    '--exclude-operation-id',
    'deleteRoom',
    '--exclude-operation-id',
    'DeleteUser',
  ));

// The feed has no end, so nobody could check it whole. Four replays run at a time, and one to nobody has no end either. The
// console's sign-in is for its own page and takes no key.
test('Sederunt', () =>
  hold(
    'sederunt',
    { app_id: server.app, session_id: ids.session, webhook_id: ids.hook, room_id: ids.hooked, delivery_id: '1-0', number: 1 },
    '--exclude-operation-id',
    'GetFeed',
    '--exclude-operation-id',
    'CreateWebhookReplay',
    '--exclude-operation-id-regex',
    'ConsoleSession$',
  ));
