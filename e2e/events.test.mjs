// The event table that the server answers is the client's: a number that a new client knows has to be decided here.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { test } from 'node:test';

const root = fileURLToPath(new URL('..', import.meta.url));
/** A name of each service's table in the client that no other one has, and what its numbers begin at. */
const SERVICES = {
  room: ['getRoomPeersInfo', 0],
  chat: ['sendMessageToRoom', 1 << 16],
  plugin: ['storeGetKeys', 2 << 16],
  poll: ['createPoll', 3 << 16],
  preset: ['getUserPresets', 5 << 16],
  media: ['renegotiateSessionDescription', 0x3000000],
};

test('every number of the client is in the table, and no other', async () => {
  const source = await readFile(path.join(root, 'web/node_modules/@cloudflare/realtimekit/dist/index.es.js'), 'utf8');
  const code = source.replaceAll(/^\s*\/\/.*$/gm, '');
  const tables = [...code.matchAll(/\{((?:\s*\w+: \d+,?)+)\s*\}/g)].map(([, body]) => [...body.matchAll(/(\w+): (\d+)/g)].map(([, name, n]) => [name, Number(n)]));
  const client = {};
  for (const [service, [sign, base]] of Object.entries(SERVICES)) {
    const found = tables.filter((table) => table.some(([name]) => name === sign));
    assert.equal(found.length, 1, `one table of the client has ${sign}`);
    for (const [name, n] of found[0]) if (name !== 'unknown') client[base + n] = `${service}.${name}`;
  }
  const text = await readFile(path.join(root, 'crates/proto/events.txt'), 'utf8');
  const ours = Object.fromEntries(text.split('\n').filter((line) => line && !line.startsWith('#')).map((line) => line.split(' ')));
  assert.deepEqual(ours, client);
});
