/**
 * A class in RealtimeKit, and who attended it.
 *
 * Makes the meeting, a participant for each pupil and a webhook; when the class is over it prints the register. Written
 * against Cloudflare's documentation; with BASE_URL it runs against another server.
 *
 *   CLASS=class.json FOLDER=state PORT=8080 PUBLIC_URL=https://school.example.com node scheduler.mjs
 *
 * `class.json`: {"title", "starts", "ends", "grace_seconds", "pupils": [{"id", "name"}]}
 */
import { createPublicKey, verify } from 'node:crypto';
import { readFileSync } from 'node:fs';
import Cloudflare from 'cloudflare';
import { openFolder } from '../folder.mjs';
import { serve } from '../serve.mjs';
import { print, register } from './register.mjs';

const { BASE_URL, CLOUDFLARE_API_TOKEN, CLOUDFLARE_ACCOUNT_ID: account_id, REALTIMEKIT_APP_ID: app_id } = process.env;
const { CLASS, FOLDER, PORT, PUBLIC_URL } = process.env;
const KEY_URL = `${BASE_URL ?? 'https://api.realtime.cloudflare.com'}/.well-known/webhooks.json`;
const KEY_GOOD_FOR_MS = 300_000;
const EVENTS = ['meeting.started', 'meeting.participantJoined', 'meeting.participantLeft', 'meeting.ended'];

const folder = openFolder(FOLDER);
const { realtimeKit } = new Cloudflare({
  apiToken: CLOUDFLARE_API_TOKEN,
  ...(BASE_URL ? { baseURL: `${BASE_URL}/client/v4` } : {}),
});

let key = { until: 0 };

/** The vendor's public key. */
async function publicKey() {
  if (Date.now() >= key.until) {
    const { data } = await (await fetch(KEY_URL)).json();
    key = { pem: createPublicKey(data.publicKey), until: Date.now() + KEY_GOOD_FOR_MS };
  }
  return key.pem;
}

const now = () => register(plan, folder.events(), Date.now());

/** Answers as soon as the event is kept. What cannot be checked now is refused, and comes again. */
async function hook(headers, body) {
  let signed;
  try {
    signed = verify('sha256', body, await publicKey(), Buffer.from(headers['rtk-signature'] ?? '', 'base64'));
  } catch {
    return 503;
  }
  if (!signed) return 401;
  if (folder.keep(headers['rtk-uuid'], JSON.parse(body)) && now().complete) console.log(print(now()));
  return 200;
}

/** The class as planned, and the meeting it has. */
const plan = JSON.parse(readFileSync(CLASS, 'utf8'));
const pages = {
  'GET /register': now,
  /** What lets each pupil in, by the pupil's id. */
  'GET /tokens': () => Object.fromEntries(plan.pupils.map(({ id, token }) => [id, token])),
  /** The bell: everybody is out. */
  'POST /end': () => realtimeKit.activeSession.kickAllParticipants(plan.meeting, { account_id, app_id }),
};
const address = await serve({ port: Number(PORT), hook, pages });

plan.meeting = await folder.once('meeting', async () => {
  const { data } = await realtimeKit.meetings.create(app_id, { account_id, title: plan.title });
  return data.id;
});
await folder.once('webhook', async () => {
  const url = `${PUBLIC_URL ?? address}/hook`;
  const { data } = await realtimeKit.webhooks.createWebhook(app_id, { account_id, name: 'Attendance', url, events: EVENTS });
  return data.id;
});
for (const pupil of plan.pupils) {
  pupil.token = await folder.once(`token of ${pupil.id}`, async () => {
    const who = { custom_participant_id: pupil.id, name: pupil.name, preset_name: 'group_call_participant' };
    const { data } = await realtimeKit.meetings.addParticipant(plan.meeting, { account_id, app_id, ...who });
    return data.token;
  });
}
console.log(`ready at ${address}`);
if (now().complete) console.log(print(now()));
