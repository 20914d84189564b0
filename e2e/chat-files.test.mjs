// Pictures and files in the chat, private messages, edits, search, and a chat that is kept: the official UI kit's screens and the
// official client, with a server that is killed in between. Links are tried as a stranger would try them.
import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { addParticipant, makeMeeting, nodeClient } from './lib/api.mjs';
import { openBare, others } from './lib/bare.mjs';
import { startBrowser } from './lib/browser.mjs';
import { link, openMeet, pressJoin } from './lib/meet.mjs';
import { startServer } from './lib/server.mjs';
import { until } from './lib/until.mjs';
import { EVENT, field, fieldsOf, joinOnWire, number, read } from './lib/wire.mjs';

const KEEP_ALIVE = { session_keep_alive_time_in_secs: 60 };
const shot = (name) => new URL(`./out/chat-files-${name}.png`, import.meta.url).pathname;

let server;
let chromium;
let room;
let files;
let goneId;
const people = {};
const participants = {};
const tokens = {};

/** Where the parts of the product meet a file of `bytes` in the browser: the client is given a File. */
const inPage = (bytes, name, type) => [[...bytes], name, type];
/** A picture that Chromium itself draws and encodes. */
const draw = (person, type) =>
  person.page.evaluate(async (kind) => {
    const canvas = new OffscreenCanvas(320, 180);
    const paint = canvas.getContext('2d');
    paint.fillStyle = '#1d6fb8';
    paint.fillRect(0, 0, 320, 180);
    paint.fillStyle = 'white';
    paint.font = '40px sans-serif';
    paint.fillText('a picture', 60, 100);
    return [...new Uint8Array(await (await canvas.convertToBlob({ type: kind })).arrayBuffer())];
  }, type);
const messages = (name) => people[name].page.evaluate(() => window.meeting.chat.messages.map((m) => JSON.parse(JSON.stringify(m))));
/** Waits until `name` has a message for which `is` holds, and returns it. */
const sees = (name, what, is) =>
  until(`${name} sees ${what}`, async () => {
    const found = (await messages(name)).find(is);
    assert.ok(found, 'it is there');
    return found;
  });
/** Sends by the client's own method; `to` are names. Resolves to the client's error, if it has one. */
const send = async (name, message, to = []) => {
  const ids = await Promise.all(to.map((other) => people[other].page.evaluate(() => window.meeting.self.id)));
  return people[name].page.evaluate(
    async ([{ type, file, text }, peers]) => {
      const given = file && new File([new Uint8Array(file[0])], file[1], { type: file[2] });
      const message = type === 'text' ? { type, message: text } : { type, [type]: given };
      try {
        await window.meeting.chat.sendMessage(message, peers);
      } catch (error) {
        return error.message;
      }
      return undefined;
    },
    [message, ids],
  );
};
/** A GET as anybody may make it. */
const get = async (url, init) => {
  const answer = await fetch(url, init);
  return { status: answer.status, headers: answer.headers, body: Buffer.from(await answer.arrayBuffer()) };
};
const stored = async () => {
  const all = await readdir(path.join(server.data, 'files'), { recursive: true, withFileTypes: true });
  return all.filter((entry) => entry.isFile()).map((entry) => entry.name);
};

async function come(name, preset = 'group_call_host') {
  const { id, token } = await addParticipant(server, room, name, preset);
  Object.assign(participants, { [name]: id });
  tokens[name] = token;
  people[name] ??= await chromium.person(name);
}

async function openChat({ page }) {
  await page.setViewportSize({ width: 1280, height: 720 });
  await page.getByRole('button', { name: 'Chat' }).click();
}

/** Chooses a file with the nth of the two buttons (a file, a picture), and sends it. */
async function pick({ page }, nth, file) {
  const [chooser] = await Promise.all([
    page.waitForEvent('filechooser'),
    page.locator('rtk-chat-composer-view rtk-file-picker-button rtk-button').nth(nth).click(),
  ]);
  await chooser.setFiles(file);
  await page.locator('rtk-chat-composer-view [part=chat-buttons-right] rtk-button').last().click();
}

before(async () => {
  server = await startServer('chat-files');
  chromium = await startBrowser();
  room = await makeMeeting(server, 'Files', { ...KEEP_ALIVE, persist_chat: true });
  files = await mkdtemp(path.join(os.tmpdir(), 'sederunt-files-'));
  await come('ann');
  await come('ben', 'group_call_participant');
  await come('cat', 'group_call_guest');
});

after(async () => {
  await chromium?.close();
  await server?.stop();
});

test('A picture and a file go from screen to screen', async () => {
  const { ann, ben } = people;
  for (const name of ['ann', 'ben']) {
    await openMeet(people[name], link(server, tokens[name]));
    await pressJoin(people[name]);
    await openChat(people[name]);
  }
  const picture = path.join(files, 'Ein Bild.png');
  await writeFile(picture, Buffer.from(await draw(ann, 'image/png')));
  await pick(ann, 1, picture);
  const image = await sees('ben', 'the picture', (m) => m.type === 'image');
  await ben.page.locator('rtk-image-message-view .image.loaded img').waitFor();
  const size = await ben.page.locator('rtk-image-message-view img').evaluate((img) => [img.naturalWidth, img.naturalHeight]);
  assert.deepEqual(size, [320, 180]);
  await ann.page.locator('rtk-image-message-view .image.loaded img').waitFor();

  const paper = path.join(files, 'Übung 1.pdf');
  const text = Buffer.from('%PDF-1.4 no real one');
  await writeFile(paper, text);
  await pick(ben, 0, paper);
  const sent = await sees('ann', 'the file', (m) => m.type === 'file');
  assert.deepEqual([sent.name, sent.size], ['Übung 1.pdf', text.length]);
  const [download] = await Promise.all([
    ann.page.waitForEvent('download'),
    ann.page.locator('rtk-file-message-view rtk-button').click(),
  ]);
  assert.equal(download.suggestedFilename(), 'Übung 1.pdf');
  assert.deepEqual(await readFile(await download.path()), text);
  for (const name of ['ann', 'ben']) await people[name].page.screenshot({ path: shot(name) });

  // As whoever has the links gets them: the picture to be shown, the file to be saved, and neither with any right.
  for (const [url, type, how] of [
    [image.link, 'image/png', /^inline; filename="Ein_Bild\.png"; filename\*=UTF-8''Ein%20Bild%2Epng$/],
    [sent.link, 'application/octet-stream', /^attachment; filename="_bung_1\.pdf"/],
  ]) {
    const { status, headers } = await get(url);
    assert.equal(status, 200, url);
    assert.equal(headers.get('content-type'), type);
    assert.match(headers.get('content-disposition'), how);
    assert.equal(headers.get('content-security-policy'), "sandbox; default-src 'none'");
    assert.equal(headers.get('x-content-type-options'), 'nosniff');
  }
});

test('What a client says of a file counts for nothing', async () => {
  const html = Buffer.from('<!doctype html><script>document.title = "run"</script>');
  assert.equal(await send('ann', { type: 'image', file: inPage(html, 'page.png', 'image/png') }), undefined);
  const page = await sees('ben', 'a file in place of the picture', (m) => m.name === 'page.png');
  assert.equal(page.type, 'file');
  const { headers } = await get(page.link);
  assert.equal(headers.get('content-type'), 'application/octet-stream');
  assert.match(headers.get('content-disposition'), /^attachment/);

  const svg = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>');
  assert.equal(await send('ann', { type: 'file', file: inPage(svg, '../../x.svg', 'image/svg+xml') }), undefined);
  const drawn = await sees('ben', 'the drawing', (m) => m.name === 'x.svg');
  assert.match((await get(drawn.link)).headers.get('content-disposition'), /^attachment; filename="x\.svg"/);

  // The client makes JSON of a file whose type it does not know: nothing of the file arrives, and nobody is told of one.
  assert.match(await send('ann', { type: 'file', file: inPage(svg, 'unknown.bin', '') }), /Error sending file/);
  await send('ann', { type: 'text', text: 'after it' });
  await sees('ben', 'what was said after it', (m) => m.message === 'after it');
  assert.ok(!(await messages('ben')).some((m) => m.name === 'unknown.bin'));
});

test('Links are of no use for anything else', async () => {
  const image = await sees('ben', 'the picture', (m) => m.type === 'image');
  const url = new URL(image.link);
  const changed = (change) => {
    const other = new URL(url);
    change(other);
    return other.href;
  };
  const digit = url.searchParams.get('signature');
  const wrong = {
    'no signature': changed((u) => u.searchParams.delete('signature')),
    'another signature': changed((u) => u.searchParams.set('signature', digit.replace(/.$/, (c) => (c === '0' ? '1' : '0')))),
    'a later end': changed((u) => u.searchParams.set('until', String(Number(u.searchParams.get('until')) + 86_400_000))),
    'another session': changed((u) => (u.pathname = u.pathname.replace(/files\/[^/]+/, `files/${room}`))),
    'another file': changed((u) => (u.pathname = u.pathname.replace(/(files\/[^/]+)\/[^/]+/, `$1/${room}`))),
  };
  for (const [what, href] of Object.entries(wrong)) assert.equal((await get(href)).status, 403, what);
  assert.equal((await get(image.link, { method: 'PUT', body: 'x' })).status, 403, 'it is none to upload');

  const ask = (token, body) => get(`${server.http}/v2/meetings/chat-upload`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) },
    body: JSON.stringify(body),
  });
  const wanted = { roomUUID: room, filename: 'a.txt' };
  assert.equal((await ask(undefined, wanted)).status, 401);
  assert.equal((await ask(tokens.cat, wanted)).status, 403, 'a guest may send none');
  assert.equal((await ask(tokens.ann, { ...wanted, roomUUID: server.app })).status, 403, 'another meeting');
  const { data } = JSON.parse((await ask(tokens.ann, wanted)).body);
  assert.equal((await get(data.get_location)).status, 404, 'nothing is there yet');
  const put = (body) => get(data.put_location, { method: 'PUT', body });
  assert.equal((await put('one')).status, 200);
  assert.equal((await put('one')).status, 200, 'once more, as after a lost answer');
  assert.equal((await put('two')).status, 409, 'and nothing else');
  assert.equal((await get(data.get_location)).body.toString(), 'one');
});

test('Private: text and files reach those who are meant, and nobody else', async () => {
  await come('dan', 'group_call_participant');
  await openBare(people.dan, server.page, tokens.dan);
  await openBare(people.cat, server.page, tokens.cat);
  // Guests wait until a host lets them in.
  await people.ann.page.evaluate((id) => window.meeting.participants.acceptWaitingRoomRequest(id), participants.cat);
  for (const name of ['dan', 'cat']) await until(`${name} is in`, () => people[name].page.evaluate(() => window.meeting.self.roomJoined));
  await until('ann sees all', async () => (await others(people.ann)).length === 3);
  const secret = await draw(people.ann, 'image/jpeg');
  await send('ann', { type: 'image', file: inPage(secret, 'secret.jpg', 'image/jpeg') }, ['ben']);
  await send('ann', { type: 'text', text: 'psst' }, ['ben']);
  await send('ann', { type: 'text', text: 'not for you' }, ['cat']);
  await send('ann', { type: 'text', text: 'all of you' });
  const seen = await sees('ben', 'the secret', (m) => m.type === 'image' && m.targetUserIds?.length > 0);
  assert.deepEqual(Buffer.from(secret), (await get(seen.link)).body);
  for (const name of ['dan', 'cat']) {
    await sees(name, 'what is for all', (m) => m.message === 'all of you');
    const texts = (await messages(name)).map((m) => m.message);
    assert.ok(!texts.includes('psst') && !texts.includes('not for you'), `${name}: ${texts}`);
    assert.ok(!(await messages(name)).some((m) => m.link === seen.link));
  }
  assert.deepEqual((await people.ann.page.evaluate((id) => window.meeting.chat.fetchPrivateMessages({ userId: id, limit: 9, direction: 'before' }), participants.ben)).map((m) => m.type), ['text', 'image']);
});

test('An edited message says so, and one that is deleted takes its file with it', async () => {
  await send('ann', { type: 'text', text: 'Helo' });
  const helo = await sees('ben', 'the text', (m) => m.message === 'Helo');
  await people.ann.page.evaluate((id) => window.meeting.chat.editTextMessage(id, 'Hello'), helo.id);
  await sees('ben', 'the new text', (m) => m.message === 'Hello' && m.isEdited === true && m.id === helo.id);
  const gone = await sees('ben', 'the drawing', (m) => m.name === 'x.svg');
  await people.ann.page.evaluate((id) => window.meeting.chat.deleteMessage(id), gone.id);
  await until('it is gone', async () => !(await messages('ben')).some((m) => m.id === gone.id));
  assert.equal((await get(gone.link)).status, 404);
  goneId = gone.link.split('/')[5];
});

test('A client by hand searches, and gets no file by that is not its own', async () => {
  const zoe = await joinOnWire(server, room, 'zoe', 'group_call_participant');
  const search = async (term) => {
    const query = Buffer.concat([number(1, Date.now() + 60_000), number(2, 50), number(4, 1), field(6, term)]);
    const reply = await zoe.ask(EVENT.searchMessages, query);
    assert.equal(reply.event, EVENT.searchMessages, String(reply.payload));
    return fieldsOf(reply.payload, 1).map((message) => String(read(message)[8] ?? ''));
  };
  assert.deepEqual(await search('hELLo'), ['Hello']);
  assert.deepEqual(await search('psst'), [], 'what is private stays so');
  assert.match((await search('übung'))[0], /"name":"Übung 1.pdf"/);
  const image = await sees('ben', 'the picture', (m) => m.type === 'image');
  const payloads = [image.link, 'https://example.com/track.png', 'javascript:alert(1)', `sederunt-file:${room}/x`];
  for (const payload of payloads) {
    const refused = await zoe.ask(EVENT.sendMessageToRoom, Buffer.concat([number(1, 1), field(2, payload)]));
    assert.equal(refused.event, EVENT.error, payload);
    assert.match(String(refused.payload), /uploaded/);
  }
  // In a text it is a text, and no link is made of it.
  const said = await zoe.ask(EVENT.sendMessageToRoom, field(2, `sederunt-file:${image.link.split('/')[5]}/x`));
  assert.equal(said.event, EVENT.sendMessageToRoom);
  await sees('ben', 'the text', (m) => m.type === 'text' && /^sederunt-file:[-0-9a-f]+\/x$/.test(m.message));
  zoe.close();
});

test('After a kill everything is there, and files that were cut off are not', async () => {
  const before = await stored();
  const { data } = await (await fetch(`${server.http}/v2/meetings/chat-upload`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${tokens.ann}` },
    body: JSON.stringify({ roomUUID: room, filename: 'cut.bin' }),
  })).json();
  let more;
  const body = new ReadableStream({ start(controller) { more = controller; controller.enqueue(Buffer.alloc(70_000)); } });
  const cut = fetch(data.put_location, { method: 'PUT', body, duplex: 'half' }).catch(() => 'cut');
  await until('the upload has begun', async () => (await stored()).length === before.length + 1);
  const { data: dir, http } = server;
  const image = await sees('ben', 'the picture', (m) => m.type === 'image' && !m.targetUserIds?.length);
  await server.kill();
  assert.equal(await cut, 'cut');
  more.close?.call?.(more);
  server = await startServer('chat-files', { data: dir, http: new URL(http).host });
  // The one that was deleted goes with the cut one.
  const kept = before.filter((id) => id !== goneId).sort();
  await until('only whole ones are left', async () => String((await stored()).sort()) === String(kept));
  assert.equal((await get(image.link)).status, 200, 'links outlive the process');
  for (const name of ['ann', 'ben']) await until(`${name} is back`, () => people[name].page.evaluate(() => window.meeting.meta.socketState.state === 'connected'));
  const shown = await people.ben.page.evaluate(() => window.meeting.chat.fetchPublicMessages({ limit: 100, direction: 'before' }));
  assert.ok(shown.some((m) => m.type === 'image' && m.link === image.link));
});

test('The next session shows the chat of a meeting that keeps it, and the export has the files', async () => {
  const sdk = nodeClient(server).realtimeKit;
  const account = { account_id: server.account };
  await sdk.activeSession.kickAllParticipants(room, { ...account, app_id: server.app });
  const ended = await until('the session has ended', async () => {
    const { data } = await sdk.sessions.getSessions(server.app, { ...account, status: 'ENDED' });
    return data.sessions[0];
  });
  const { data } = await sdk.sessions.getSessionChat(ended.id, { ...account, app_id: server.app });
  const csv = (await get(data.chat_download_url)).body.toString();
  const lines = csv.split('\r\n').filter((line) => /_MESSAGE/.test(line));
  const linked = (kind) => lines.filter((line) => line.includes(kind)).map((line) => /https?:[^",]+/.exec(line)[0]);
  assert.equal(linked('IMAGE_MESSAGE').length, 1, csv);
  assert.equal(linked('FILE_MESSAGE').length, 2, csv);
  for (const url of [...linked('IMAGE_MESSAGE'), ...linked('FILE_MESSAGE')]) assert.equal((await get(url)).status, 200, url);
  assert.ok(!csv.includes('psst'));
  assert.ok(lines.some((line) => /,true,TEXT_MESSAGE,Hello,/.test(line)), 'edited');

  const { ann, ben } = people;
  await openMeet(ann, link(server, tokens.ann));
  await pressJoin(ann);
  await openChat(ann);
  await ann.page.locator('rtk-image-message-view .image.loaded img').first().waitFor();
  await ann.page.screenshot({ path: shot('kept') });
  assert.ok((await messages('ann')).some((m) => m.message === 'psst'), 'one\'s own private ones, too');
  await come('eve', 'group_call_participant');
  await openBare(people.eve, server.page, tokens.eve);
  await sees('eve', 'what was said before', (m) => m.message === 'Hello');
  assert.ok(!(await messages('eve')).some((m) => m.message === 'psst'));
  assert.ok(ben);

  // Not kept: nothing of it in the next one.
  const other = await makeMeeting(server, 'Forgets', KEEP_ALIVE);
  const enter = async (name) => {
    const { token } = await addParticipant(server, other, name, 'group_call_host');
    people[name] = await chromium.person(name);
    await openBare(people[name], server.page, token);
  };
  await enter('fay');
  await send('fay', { type: 'text', text: 'forget me' });
  await sees('fay', 'her own', (m) => m.message === 'forget me');
  await sdk.activeSession.kickAllParticipants(other, { ...account, app_id: server.app });
  await enter('gus');
  await send('gus', { type: 'text', text: 'hello?' });
  await sees('gus', 'his own', (m) => m.message === 'hello?');
  assert.deepEqual((await messages('gus')).map((m) => m.message), ['hello?']);
});
