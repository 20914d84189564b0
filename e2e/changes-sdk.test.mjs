// What the official npm SDK changes: every method resolves with what its types say, only the base URL is ours.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import Cloudflare from 'cloudflare';
import { addParticipant, makeMeeting, nodeClient } from './lib/api.mjs';
import { startServer } from './lib/server.mjs';

let server;
let kit;
let account;
let path;

before(async () => {
  server = await startServer('changes-sdk');
  kit = nodeClient(server).realtimeKit;
  account = { account_id: server.account };
  path = { ...account, app_id: server.app };
});

after(async () => {
  await server?.stop();
});

/** A default preset under another name. */
async function preset(name) {
  const file = new URL('../crates/app/src/presets/default_presets.json', import.meta.url);
  const [host] = JSON.parse(await readFile(file, 'utf8'));
  return { ...host, name };
}

// O001, O002, O011, O013, O022, O025
test('presets', async () => {
  const { data: made } = await kit.presets.create(server.app, { ...account, ...(await preset('Tutor')) });
  assert.deepEqual(Object.keys(made).sort(), ['config', 'created_at', 'id', 'name', 'permissions', 'ui', 'updated_at']);
  await assert.rejects(kit.presets.create(server.app, { ...account, ...(await preset('Tutor')) }), Cloudflare.ConflictError);
  const { data: read } = await kit.presets.getPresetByID(made.id, path);
  assert.deepEqual(read, made);
  const { data: changed } = await kit.presets.update(made.id, { ...path, permissions: { polls: { can_vote: false } } });
  assert.deepEqual(changed.permissions, { ...made.permissions, polls: { ...made.permissions.polls, can_vote: false } });
  const { data: replaced } = await kit.presets.replacePresetByID(made.id, { ...path, ...(await preset('Mentor')) });
  assert.equal(replaced.name, 'Mentor');
  assert.deepEqual(replaced.permissions, made.permissions);
  const { data: listed, paging } = await kit.presets.get(server.app, { ...account, search: 'mentor' });
  assert.deepEqual([listed.map(({ id }) => id), paging.total_count], [[made.id], 1]);
  const { data: deleted } = await kit.presets.delete(made.id, path);
  assert.deepEqual(deleted, replaced);
  await assert.rejects(kit.presets.getPresetByID(made.id, path), Cloudflare.NotFoundError);
});

// O031, O034
test('participants', async () => {
  const meeting = await makeMeeting(server, 'People');
  const { id, token } = await addParticipant(server, meeting, 'Ben');
  const person = { ...path, meeting_id: meeting };
  const { data: read } = await kit.meetings.getMeetingParticipant(id, person);
  assert.equal(read.name, 'Ben');
  const { data: edited } = await kit.meetings.editParticipant(id, { ...person, name: 'Benedict' });
  assert.equal(edited.name, 'Benedict');
  assert.notEqual(edited.token, token);
  await kit.meetings.deleteMeetingParticipant(id, person);
  await assert.rejects(kit.meetings.getMeetingParticipant(id, person), Cloudflare.NotFoundError);
});

// O050
test('meetings', async () => {
  const meeting = await makeMeeting(server, 'Before', { persist_chat: true });
  const { data: replaced } = await kit.meetings.replaceMeetingByID(meeting, { ...path, title: 'After' });
  assert.deepEqual([replaced.id, replaced.title, replaced.persist_chat], [meeting, 'After', false]);
});

test('what cannot be yet', async () => {
  const meeting = await makeMeeting(server, 'Nothing here');
  const recordings = await kit.recordings.getRecordings(server.app, { ...account, status: ['RECORDING', 'PAUSED'] });
  assert.deepEqual([recordings.data, recordings.paging.total_count], [[], 0]);
  const livestreams = await kit.livestreams.getAllLivestreams(server.app, account);
  assert.equal(livestreams.data.paging.total_count, 0);
  const { data: stats } = await kit.livestreams.getLivestreamAnalyticsComplete(server.app, account);
  assert.deepEqual(stats, { count: 0, total_ingest_seconds: 0, total_viewer_seconds: 0 });
  await assert.rejects(kit.recordings.getActiveRecordings(meeting, path), Cloudflare.NotFoundError);
  await assert.rejects(kit.livestreams.getMeetingActiveLivestreams(meeting, path), Cloudflare.NotFoundError);
});
