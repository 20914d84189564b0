import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { addParticipant, makeMeeting, nodeClient } from './lib/api.mjs';
import { openBare, peerId, playing } from './lib/bare.mjs';
import { startBrowser } from './lib/browser.mjs';
import { startServer } from './lib/server.mjs';
import { until } from './lib/until.mjs';
let server, chromium;
before(async () => { server = await startServer('report'); chromium = await startBrowser(); });
after(async () => { await chromium?.close(); await server?.stop(); });
test('x', async () => {
  const meeting = await makeMeeting(server, 'r');
  const people = await Promise.all(['alice', 'bob'].map((name) => chromium.person(name)));
  const own = await Promise.all(['alice', 'bob'].map((name) => addParticipant(server, meeting, name)));
  for (const i of [0, 1]) await openBare(people[i], server.page, own[i].token);
  await Promise.all(people.map((p) => playing(p, { video: 1, audio: 1 })));
  const id = await peerId(people[0]);
  const started = Date.now();
  const kit = nodeClient(server).realtimeKit;
  let data;
  await until('samples', async () => {
    ({ data } = await kit.sessions.getParticipantDataFromPeerID(id, { account_id: server.account, app_id: server.app }));
    return (data.participant.peer_report.quality?.audio_producer ?? []).filter((s) => s.packets_sent).length >= 8;
  }, 90_000);
  console.log((Date.now() - started) / 1000);
  console.log(JSON.stringify(data, null, 1));
});
