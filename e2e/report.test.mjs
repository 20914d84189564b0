// Case O080: the report of a peer in a real call, from what the official client says of it and the server sees of it. The call
// lasts until the server has heard eight times from the client's microphone how much it has sent: some forty seconds.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { addParticipant, makeMeeting } from './lib/api.mjs';
import { openBare, peerId, playing } from './lib/bare.mjs';
import { startBrowser } from './lib/browser.mjs';
import { npmSdk, pypiSdk } from './lib/sdks.mjs';
import { startServer } from './lib/server.mjs';
import { until } from './lib/until.mjs';

/** Samples are taken every five seconds, and the client reports what it has sent every five seconds or so. */
const SAMPLES = 8;
const CALL_MS = 90_000;

let server;
let chromium;

before(async () => {
  server = await startServer('report');
  chromium = await startBrowser();
});

after(async () => {
  await chromium?.close();
  await server?.stop();
});

/** The report of a peer through an SDK. */
async function report(start, peer) {
  const sdk = start(server, () => {});
  try {
    const { data } = await sdk.call('sessions.getParticipantDataFromPeerID', peer, { account_id: server.account, app_id: server.app });
    return data.participant.peer_report;
  } finally {
    sdk.close();
  }
}

/** By source: of several layers the largest that flows is told, which may become another one. */
const bySource = (samples) => [...new Set(samples.map(({ ssrc }) => ssrc))].map((ssrc) => samples.filter((sample) => sample.ssrc === ssrc));

const rises = (numbers) => numbers.every((number, i) => i === 0 || number > numbers[i - 1]);
const names = ({ metadata }) => metadata.events.map(({ name }) => name);

/** All samples of a kind have one value each of these: the same stream, the same m-line. */
function ofOne(samples, keys) {
  for (const key of keys) {
    const values = new Set(samples.map((sample) => sample[key]));
    assert.equal(values.size, 1, `${key}: ${JSON.stringify([...values])}`);
    assert.ok(!values.has(undefined), key);
  }
}

test('O080: a call is told as client and server know it', async () => {
  const meeting = await makeMeeting(server, 'report');
  const [alice, bob] = await Promise.all(['alice', 'bob'].map((name) => chromium.person(name)));
  for (const person of [alice, bob]) {
    await openBare(person, server.page, (await addParticipant(server, meeting, person.name)).token);
  }
  await Promise.all([alice, bob].map((person) => playing(person, { video: 1, audio: 1 })));
  const [her, his] = await Promise.all([alice, bob].map(peerId));

  const spoken = ({ quality }) => (quality?.audio_producer ?? []).filter((sample) => 'packets_sent' in sample);
  const live = await until(
    `${SAMPLES} samples of alice's microphone`,
    async () => {
      const told = await report(npmSdk, her);
      if (spoken(told).length >= SAMPLES) return told;
      throw new Error(`${spoken(told).length} samples`);
    },
    CALL_MS,
  );

  const { metadata, quality } = live;
  assert.equal(metadata.device_info.os, 'Linux');
  assert.equal(metadata.browser_metadata.browser, 'Chrome');
  assert.deepEqual([metadata.sdk_name, metadata.sdk_version], ['web-core', '2.0.2']);
  const { audio_producer: sound, video_producer: picture, audio_consumer: heard, video_consumer: watched } = quality;
  for (const samples of [sound, picture, heard, watched]) {
    ofOne(samples, samples === picture ? ['producer_id', 'mid'] : ['producer_id', 'ssrc', 'mid']);
    assert.ok(rises(samples.map(({ timestamp }) => Date.parse(timestamp))), JSON.stringify(samples));
  }
  for (const samples of [sound, picture]) {
    const sent = samples.filter((sample) => 'packets_sent' in sample);
    for (const one of bySource(sent)) {
      assert.ok(rises(one.map(({ packets_sent }) => packets_sent)), JSON.stringify(samples));
      assert.ok(rises(one.map(({ bytes_sent }) => bytes_sent)), JSON.stringify(samples));
    }
    assert.ok(samples.every(({ jitter, packets_lost }) => jitter < 1 && packets_lost >= 0), JSON.stringify(samples));
    // The round trip is the client's to know.
    assert.ok(samples.some(({ rtt }) => rtt > 0 && rtt < 1), JSON.stringify(samples));
  }
  assert.ok(picture.every(({ frame_width }) => frame_width > 0), JSON.stringify(picture));
  assert.ok(picture.some(({ frames_encoded }) => frames_encoded > 0) && picture.at(-1).pli_count >= 0, JSON.stringify(picture));
  for (const samples of [heard, watched]) {
    assert.ok(samples.every(({ peer_id }) => peer_id === his), JSON.stringify(samples));
    assert.ok(samples.some(({ packets_lost }) => packets_lost >= 0), 'as the receiver reports it');
    assert.ok(samples.some(({ packets_received }) => packets_received > 0), 'as the client counts it');
  }
  assert.ok(quality.video_producer_cumulative.issues.no_video_fraction < 0.5);
  assert.ok(quality.audio_producer_cumulative.packet_loss.avg < 5);

  // The client's own paths, and behind them the one in use as the server sees it, without an address.
  for (const pairs of Object.values(metadata.candidate_pairs)) {
    const seen = pairs.at(-1);
    assert.ok(pairs.length >= 2 && pairs[0].local_candidate_type === 'host', JSON.stringify(pairs));
    assert.deepEqual([seen.nominated, seen.remote_candidate_protocol, seen.remote_candidate_address], [true, 'udp', undefined]);
    assert.ok(seen.bytes_received > 0 && seen.packets_sent > 0, JSON.stringify(seen));
  }
  assert.ok(metadata.candidate_pairs.consuming_transport.at(-1).current_round_trip_time > 0);
  const told = names(live);
  for (const once of ['websocket_connected', 'audio_on', 'video_on', 'call_join']) {
    assert.equal(told.filter((name) => name === once).length, 1, `${once}: ${told}`);
  }
  assert.equal(told.filter((name) => name === 'transport_connected').length, 2, told.join());

  await alice.page.evaluate(() => window.meeting.self.disableAudio());
  await until('the server tells that she is silent', async () => names(await report(npmSdk, her)).includes('audio_off'));
  await alice.page.evaluate(() => window.meeting.leave());
  await until('and that she is gone', async () => names(await report(npmSdk, her)).includes('disconnect'));

  // It is kept: after a stop and a start nothing is missing, and every field has the type that the SDK of PyPI says.
  await bob.context.close();
  await server.stop({ keep: true });
  server = await startServer('report', { data: server.data });
  const kept = await report(pypiSdk, her);
  assert.deepEqual(spoken(kept).slice(0, SAMPLES).map(({ packets_sent }) => packets_sent), spoken(live).map(({ packets_sent }) => packets_sent));
  for (const name of ['audio_off', 'video_off', 'disconnect']) assert.ok(names(kept).includes(name), names(kept).join());
});
