// Every operation that is built, through the official SDKs of npm and PyPI: only the base URL is ours. The one of PyPI
// validates strictly: a field of another type than it says is an error.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { after, before, describe, test } from 'node:test';
import { makeMeeting } from './lib/api.mjs';
import { npmSdk, pypiSdk } from './lib/sdks.mjs';
import { startServer } from './lib/server.mjs';
import { joinOnWire } from './lib/wire.mjs';

let server;
let document;

before(async () => {
  server = await startServer('changes-sdk');
  document = await (await fetch(`${server.http}/openapi/realtimekit.json`)).json();
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

/** Refused with this status. */
const refused = (call, status) => assert.rejects(call, (error) => error.status === status || assert.fail(error));

/** The operations of the document, as `GET /accounts/{account_id}/…`. */
const built = () =>
  Object.entries(document.paths).flatMap(([path, methods]) => Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`));

/** The operation that a request was of: of those that fit, the one with the fewest names that may be anything. */
function operation({ method, url }) {
  const path = new URL(url).pathname.replace(/^\/client\/v4/, '');
  const fits = built().filter((each) => {
    const [of, pattern] = each.split(' ');
    return of === method && new RegExp(`^${pattern.replaceAll(/\{\w+\}/g, '[^/]+')}$`).test(path);
  });
  return fits.sort((a, b) => a.split('{').length - b.split('{').length)[0];
}

test('the SDK of PyPI is strict', async (t) => {
  const answers = ['x', 5];
  const stranger = createServer((_, answer) => {
    answer.setHeader('content-type', 'application/json');
    answer.end(JSON.stringify({ success: true, data: { participant: { id: answers.shift() } } }));
  });
  t.after(() => stranger.close());
  await new Promise((listens) => stranger.listen(0, '127.0.0.1', listens));
  const sdk = pypiSdk({ ...server, http: `http://127.0.0.1:${stranger.address().port}` });
  t.after(() => sdk.close());
  const ask = () => sdk.call('sessions.getParticipantDataFromPeerID', 'x', { account_id: 'a', app_id: 'b' });
  assert.deepEqual((await ask()).data, { participant: { id: 'x' } });
  await assert.rejects(ask(), (error) => error.kind === 'APIResponseValidationError' || assert.fail(error));
});

for (const [name, start] of Object.entries({ npm: npmSdk, PyPI: pypiSdk })) {
  describe(name, () => {
    /** Requests that were answered as they should. */
    const done = [];
    let sdk;
    let account;
    let app;
    let path;

    before(() => {
      sdk = start(server, (request) => request.status < 300 && done.push(request));
      account = { account_id: server.account };
      app = server.app;
      path = { ...account, app_id: app };
    });

    after(() => sdk?.close());

    test('apps', async () => {
      const { data: made } = await sdk.call('apps.post', null, { ...account, name: `Of ${name}` });
      const { data: apps } = await sdk.call('apps.get', null, account);
      assert.ok(apps.some(({ id }) => id === made.app.id));
    });

    // O001, O002, O011, O013, O022, O025
    test('presets', async () => {
      const { data: made } = await sdk.call('presets.create', app, { ...account, ...(await preset('Tutor')) });
      assert.deepEqual(Object.keys(made).sort(), ['config', 'created_at', 'id', 'name', 'permissions', 'ui', 'updated_at']);
      await refused(sdk.call('presets.create', app, { ...account, ...(await preset('Tutor')) }), 409);
      const { data: read } = await sdk.call('presets.getPresetByID', made.id, path);
      assert.deepEqual(read, made);
      const { data: changed } = await sdk.call('presets.update', made.id, { ...path, permissions: { polls: { can_vote: false } } });
      assert.deepEqual(changed.permissions, { ...made.permissions, polls: { ...made.permissions.polls, can_vote: false } });
      const { data: replaced } = await sdk.call('presets.replacePresetByID', made.id, { ...path, ...(await preset('Mentor')) });
      assert.equal(replaced.name, 'Mentor');
      assert.deepEqual(replaced.permissions, made.permissions);
      const { data: listed, paging } = await sdk.call('presets.get', app, { ...account, search: 'mentor' });
      assert.deepEqual([listed.map(({ id }) => id), paging.total_count], [[made.id], 1]);
      const { data: deleted } = await sdk.call('presets.delete', made.id, path);
      assert.deepEqual(deleted, replaced);
      await refused(sdk.call('presets.getPresetByID', made.id, path), 404);
    });

    // O050
    test('meetings', async () => {
      const { data: made } = await sdk.call('meetings.create', app, { ...account, title: `Before ${name}`, persist_chat: true });
      const { data: read } = await sdk.call('meetings.getMeetingByID', made.id, path);
      assert.deepEqual([read.title, read.persist_chat], [`Before ${name}`, true]);
      const { data: changed } = await sdk.call('meetings.updateMeetingByID', made.id, { ...path, status: 'INACTIVE' });
      assert.equal(changed.status, 'INACTIVE');
      const { data: replaced } = await sdk.call('meetings.replaceMeetingByID', made.id, { ...path, title: `After ${name}` });
      assert.deepEqual([replaced.id, replaced.title, replaced.persist_chat], [made.id, `After ${name}`, false]);
      const { data: listed } = await sdk.call('meetings.get', app, { ...account, search: `After ${name}` });
      assert.deepEqual(listed.map(({ id, status }) => [id, status]), [[made.id, 'INACTIVE']]);
    });

    // O031, O034
    test('participants', async () => {
      const meeting = await makeMeeting(server, 'People');
      const person = { ...path, meeting_id: meeting };
      const wanted = { name: 'Ben', preset_name: 'group_call_participant', custom_participant_id: 'user-ben' };
      const { data: made } = await sdk.call('meetings.addParticipant', meeting, { ...path, ...wanted });
      const { data: read } = await sdk.call('meetings.getMeetingParticipant', made.id, person);
      assert.equal(read.name, 'Ben');
      const { data: listed } = await sdk.call('meetings.getMeetingParticipants', meeting, path);
      assert.deepEqual(listed.map(({ id }) => id), [made.id]);
      const { data: edited } = await sdk.call('meetings.editParticipant', made.id, { ...person, name: 'Benedict' });
      assert.equal(edited.name, 'Benedict');
      assert.notEqual(edited.token, made.token);
      const { data: fresh } = await sdk.call('meetings.refreshParticipantToken', made.id, person);
      assert.notEqual(fresh.token, edited.token);
      await sdk.call('meetings.deleteMeetingParticipant', made.id, person);
      await refused(sdk.call('meetings.getMeetingParticipant', made.id, person), 404);
    });

    test('a session, its people, and what is left of it', async () => {
      const meeting = await makeMeeting(server, `Session ${name}`);
      await refused(sdk.call('activeSession.getActiveSession', meeting, path), 404);
      const ann = await joinOnWire(server, meeting, 'ann');
      const ben = await joinOnWire(server, meeting, 'ben');
      const { data: live } = await sdk.call('activeSession.getActiveSession', meeting, path);
      assert.deepEqual([live.associated_id, live.status, live.live_participants], [meeting, 'LIVE', 2]);
      const session = { ...path, session_id: live.id };

      const asked = { question: 'Break?', options: ['now', 'later'] };
      const { data: poll } = await sdk.call('activeSession.createPoll', meeting, { ...path, ...asked });
      assert.deepEqual(poll.poll.options.map(({ text }) => text), asked.options);
      // The SDKs have no method for these two any more.
      const active = `/accounts/${server.account}/realtime/kit/${app}/meetings/${meeting}/active-session`;
      const { data: muted } = await sdk.post(`${active}/mute`, { participant_ids: [ann.participant], custom_participant_ids: [] });
      assert.deepEqual(muted.participants.map(({ id }) => id), [ann.participant]);
      await sdk.post(`${active}/mute-all`, { allow_unmute: true });

      const { data: people } = await sdk.call('sessions.getSessionParticipants', live.id, { ...path, include_peer_events: true });
      assert.deepEqual(people.participants.map(({ id }) => id), [ann.peer, ben.peer]);
      const { data: one } = await sdk.call('sessions.getSessionParticipantDetails', ann.peer, session);
      assert.equal(one.participant.user_id, ann.participant);
      const { data: report } = await sdk.call('sessions.getParticipantDataFromPeerID', ann.peer, { ...path, filters: 'device_info' });
      assert.deepEqual(report.participant.peer_report, { metadata: { room_view_type: 'GROUP_CALL' } });

      const whom = { participant_ids: [ann.participant], custom_participant_ids: [] };
      const { data: kicked } = await sdk.call('activeSession.kickParticipants', meeting, { ...path, ...whom });
      assert.deepEqual(kicked.participants.map(({ id }) => id), [ann.participant]);
      const { data: rest } = await sdk.call('activeSession.kickAllParticipants', meeting, path);
      assert.equal(rest.kicked_participants_count, 1);

      const { data: ended } = await sdk.call('sessions.getSessionDetails', live.id, path);
      assert.deepEqual([ended.status, ended.max_concurrent_participants], ['ENDED', 2]);
      const { data: all } = await sdk.call('sessions.getSessions', app, { ...account, associated_id: meeting });
      assert.deepEqual(all.sessions.map(({ id }) => id), [live.id]);
      const { data: chat } = await sdk.call('sessions.getSessionChat', live.id, path);
      const file = await fetch(chat.chat_download_url);
      assert.match(await file.text(), /^id,participantId,sessionId,/);
      // Nothing makes these.
      await refused(sdk.call('sessions.getSessionTranscripts', live.id, path), 404);
      await refused(sdk.call('sessions.getSessionSummary', live.id, path), 404);

      const { data: days } = await sdk.call('analytics.getOrgAnalytics', app, account);
      assert.ok(days.session_stats.sessions_count >= 1);
    });

    test('lists that are empty', async () => {
      const meeting = await makeMeeting(server, 'Nothing here');
      const recordings = await sdk.call('recordings.getRecordings', app, { ...account, status: ['RECORDING', 'PAUSED'] });
      assert.deepEqual([recordings.data, recordings.paging.total_count], [[], 0]);
      const livestreams = await sdk.call('livestreams.getAllLivestreams', app, account);
      assert.equal(livestreams.data.paging.total_count, 0);
      const { data: stats } = await sdk.call('livestreams.getLivestreamAnalyticsComplete', app, account);
      assert.deepEqual(stats, { count: 0, total_ingest_seconds: 0, total_viewer_seconds: 0 });
      await sdk.call('livestreams.getLivestreamAnalyticsDaywise', app, account);
      await refused(sdk.call('recordings.getActiveRecordings', meeting, path), 404);
      await refused(sdk.call('livestreams.getMeetingActiveLivestreams', meeting, path), 404);
    });

    test('webhooks', async () => {
      const call = async (what, id, params) => (await sdk.call(`webhooks.${what}`, id, params)).data;
      const wanted = { name: `Of ${name}`, url: 'https://receiver.example/hook', events: ['meeting.ended'] };
      const { id, url } = await call('createWebhook', app, { ...account, ...wanted });
      assert.equal(url, wanted.url);
      const read = await call('getWebhookByID', id, path);
      assert.deepEqual([read.id, read.url], [id, url]);
      assert.equal((await call('editWebhook', id, { ...path, enabled: false })).enabled, false);
      const another = `Another of ${name}`;
      assert.equal((await call('replaceWebhook', id, { ...path, ...wanted, name: another })).name, another);
      assert.ok((await call('getWebhooks', app, account)).some((webhook) => webhook.id === id));
      assert.equal((await call('deleteWebhook', id, path)).id, id);
    });

    test('nothing that is built was left out', () => {
      // The vendor has these two, and neither SDK a method for them.
      const without = ['GET /.well-known/webhooks.json', 'GET /accounts/{account_id}/realtime/kit/{app_id}/webhooks/all'];
      const called = new Set([...done.map(operation), ...without]);
      assert.deepEqual(built().filter((each) => !called.has(each)), []);
    });
  });
}
