// Webhooks through the official SDKs of npm and PyPI (the second checks each answer against its types), and the key that
// receivers check signatures with.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createPublicKey } from 'node:crypto';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import Cloudflare from 'cloudflare';
import { nodeClient, pythonBase } from './lib/api.mjs';
import { python } from './lib/python.mjs';
import { startServer } from './lib/server.mjs';

const EVENTS = [
  'meeting.started',
  'meeting.ended',
  'meeting.participantJoined',
  'meeting.participantLeft',
  'meeting.chatSynced',
  'recording.statusUpdate',
  'livestreaming.statusUpdate',
  'meeting.transcript',
  'meeting.summary',
];
const KEYS = ['created_at', 'enabled', 'events', 'id', 'name', 'updated_at', 'url'];

let server;

before(async () => {
  server = await startServer('webhooks-sdk');
});

after(async () => {
  await server?.stop();
});

// W20
test('the six through the npm SDK', async () => {
  const { webhooks } = nodeClient(server).realtimeKit;
  const account = { account_id: server.account };
  const path = { ...account, app_id: server.app };
  // The documentation's own example, but for its receiver.
  const what = { events: EVENTS, name: 'All events webhook', url: 'https://hooks.example.com/b23a5bbd' };
  const { success, data: made } = await webhooks.createWebhook(server.app, { ...account, ...what });
  assert.equal(success, true);
  assert.deepEqual(Object.keys(made).sort(), KEYS);
  assert.deepEqual([made.events, made.name, made.url, made.enabled], [EVENTS, what.name, what.url, true]);

  const { data: second } = await webhooks.createWebhook(server.app, { ...account, ...what, name: 'Second', enabled: false });
  const { data: listed } = await webhooks.getWebhooks(server.app, account);
  assert.deepEqual(listed, [made, second]);
  const { data: read } = await webhooks.getWebhookByID(made.id, path);
  assert.deepEqual(read, made);

  const { data: edited } = await webhooks.editWebhook(made.id, { ...path, enabled: false });
  assert.deepEqual(edited, { ...made, enabled: false, updated_at: edited.updated_at });
  const { data: replaced } = await webhooks.replaceWebhook(made.id, { ...path, ...what, events: ['meeting.ended'] });
  assert.deepEqual([replaced.events, replaced.enabled], [['meeting.ended'], true]);

  for (const { id } of [made, second]) await webhooks.deleteWebhook(id, path);
  await assert.rejects(webhooks.getWebhookByID(made.id, path), Cloudflare.NotFoundError);
  await assert.rejects(webhooks.deleteWebhook(made.id, path), Cloudflare.NotFoundError);
  await assert.rejects(
    webhooks.createWebhook(server.app, { ...account, ...what, url: 'http://169.254.169.254/' }),
    (error) => error instanceof Cloudflare.BadRequestError && !error.message.includes('169.254'),
  );
});

test('the six through the Python SDK, which checks what it gets', async () => {
  const script = fileURLToPath(new URL('lib/webhooks.py', import.meta.url));
  const done = spawnSync(python(), [script, pythonBase(server), server.token, server.account, server.app], { encoding: 'utf8' });
  assert.equal(done.status, 0, done.stderr);
  const { made, listed, read, edited, replaced, deleted, gone } = JSON.parse(done.stdout);
  assert.deepEqual(Object.keys(made).sort(), KEYS);
  assert.deepEqual([listed, read], [[made], made]);
  assert.deepEqual([made.enabled, edited.enabled, replaced.enabled], [true, false, true]);
  assert.deepEqual([replaced.name, deleted, gone], ['Replaced', replaced, 404]);
});

test('the public key', async () => {
  const answer = await fetch(`${server.http}/.well-known/webhooks.json`);
  assert.equal(answer.headers.get('cache-control'), 'public, max-age=300');
  const { success, data, message } = await answer.json();
  assert.deepEqual([success, message, data.publicKeys], [true, '', [data.publicKey]]);
  const key = createPublicKey(data.publicKey);
  assert.deepEqual([key.asymmetricKeyType, key.asymmetricKeyDetails.modulusLength], ['rsa', 2048]);
});
