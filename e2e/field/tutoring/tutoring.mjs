/**
 * A tutoring lesson in Pagecall, and the bill for it.
 *
 * Makes a room with its members and a webhook; whenever everybody has left it prints the bill. Written against Pagecall's
 * documentation; with BASE_URL it runs against another server.
 *
 *   LESSON=lesson.json FOLDER=state PORT=8080 PUBLIC_URL=https://tutors.example.com node tutoring.mjs
 *
 * `lesson.json`: {"name", "hourly_rate", "members": [{"user_id", "name", "type"}]}
 */
import { randomBytes, timingSafeEqual } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { openFolder } from '../folder.mjs';
import { serve } from '../serve.mjs';
import { bill, print } from './bill.mjs';

const { BASE_URL, PAGECALL_API_KEY, LESSON, FOLDER, PORT, PUBLIC_URL } = process.env;
const API = `${BASE_URL ?? 'https://api.pagecall.com'}/v1`;
const APP = BASE_URL ?? 'https://app.pagecall.com';

const folder = openFolder(FOLDER);

async function pagecall(method, path, body) {
  const headers = { authorization: `Bearer ${PAGECALL_API_KEY}`, 'content-type': 'application/json' };
  const answer = await fetch(`${API}${path}`, { method, headers, body: JSON.stringify(body) });
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
  return answer.json();
}

const now = () => bill(plan, folder.events(), Date.now());

/** Pagecall sends the room's own headers along: one is a secret that nobody else knows. */
const isFromPagecall = (headers) => {
  const [theirs, ours] = [headers['x-lesson-secret'] ?? '', secret].map((text) => Buffer.from(text));
  return theirs.length === ours.length && timingSafeEqual(theirs, ours);
};

/** Answers as soon as the event is kept. It has no id of its own: what happened to whom, and when, is one. */
function hook(headers, body) {
  if (!isFromPagecall(headers)) return 401;
  const event = JSON.parse(body);
  const { sessionId, timestamp } = event.payload;
  const isNew = folder.keep(`${event.action} ${sessionId} ${timestamp}`, event);
  if (isNew && now().everybody_left) console.log(print(now()));
  return 200;
}

/** The lesson as planned, and the room it has. */
const plan = JSON.parse(readFileSync(LESSON, 'utf8'));
const pages = {
  'GET /bill': now,
  /** Where each member comes in, by user id. */
  'GET /links': () => Object.fromEntries(plan.members.map(({ user_id, link }) => [user_id, link])),
  /** The lesson is over: everybody is out. */
  'POST /end': () => pagecall('PUT', `/rooms/${plan.room}`, { is_terminated: true }),
};
const secret = await folder.once('secret', () => randomBytes(24).toString('base64url'));
const address = await serve({ port: Number(PORT), hook, pages });

for (const member of plan.members) {
  const { user_id, name } = member;
  member.token = await folder.once(`token of ${user_id}`, async () => {
    const { user } = await pagecall('POST', '/users', { user_id, name });
    return user.access_token;
  });
}
plan.room = await folder.once('room', async () => {
  const webhook = { url: `${PUBLIC_URL ?? address}/hook`, headers: { 'x-lesson-secret': secret } };
  const members = plan.members.map(({ user_id, name, type }) => ({ user_id, name, type }));
  const { room } = await pagecall('POST', '/rooms', { name: plan.name, type: 'private', members, webhook });
  return room.id;
});
for (const member of plan.members) {
  member.link = `${APP}/meet?${new URLSearchParams({ room_id: plan.room, access_token: member.token })}`;
}
console.log(`ready at ${address}`);
if (now().everybody_left) console.log(print(now()));
