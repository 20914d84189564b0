// Networks of companies: nothing but one TCP port 443, or nothing but a proxy. In namespaces of its own, where the machine
// allows it; tcp.test.mjs has what can be had without.
import assert from 'node:assert/strict';
import dgram from 'node:dgram';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { addParticipant, makeMeeting } from './lib/api.mjs';
import { openBare, playing, ways } from './lib/bare.mjs';
import { startBrowser } from './lib/browser.mjs';
import { connectProxy } from './lib/connect.mjs';
import { again, canMake, isInside, NEAR, SERVER, wire } from './lib/namespace.mjs';
import { startServer } from './lib/server.mjs';

const NAMES = ['alice', 'bob'];
const PROXY_PORT = 3128;
const NAME = 'meet.example';

/** Two people meet; `check` looks at how. */
async function meet(name, args, flags, link, check) {
  const tls = ['--tls', 'self-signed', '--base-uri', NAME];
  // Announced instead of the media port; what is sent there is lost, as a firewall loses it.
  const hole = dgram.createSocket('udp4');
  await new Promise((done) => hole.bind(0, SERVER, done));
  const announce = ['--media-announce', `${SERVER}:${hole.address().port}`];
  const server = await startServer(name, { http: `${SERVER}:443`, args: [...announce, ...tls, ...args] });
  const chromium = await startBrowser(['--ignore-certificate-errors', ...flags], link.program);
  try {
    const room = await makeMeeting(server, name);
    const people = [];
    for (const who of NAMES) {
      const person = await chromium.person(who);
      people.push(person);
      const { token } = await addParticipant(server, room, who);
      await openBare(person, `https://${NAME}`, token);
    }
    await Promise.all(people.map((person) => playing(person, { video: 1, audio: 1 })));
    for (const person of people) await check(person);
  } finally {
    await chromium.close();
    await server.stop();
    hole.close();
  }
}

const RESOLVE = `--host-resolver-rules=MAP ${NAME} ${SERVER}, MAP *.${NAME} ${SERVER}`;
const all = (list, wanted) => list.length === 2 && list.every((way) => way === wanted);

if (isInside()) {
  process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0'; // its certificate is its own

  test('with one port 443 they come over ICE-TCP, or through the relay where that is all there is', async () => {
    const link = await wire({ routed: true });
    try {
      await meet('firewall-tcp', ['--media-relay', 'off'], [RESOLVE], link, async (person) => {
        const found = await ways(person);
        assert.ok(all(found, 'tcp host'), `${found}`);
      });
      await meet('firewall-relay', ['--media-tcp', 'false'], [RESOLVE], link, async (person) => {
        const found = await ways(person, 'local');
        assert.ok(all(found, 'tls relay'), `${found}`);
      });
    } finally {
      await link.close();
    }
  });

  test('with nothing but a proxy they come through it', async () => {
    const link = await wire({ routed: false });
    const proxy = await connectProxy(NEAR, PROXY_PORT, (name) => (name === NAME || name.endsWith(`.${NAME}`) ? SERVER : name));
    try {
      await meet('firewall-proxy', [], [`--proxy-server=http://${NEAR}:${PROXY_PORT}`], link, async (person) => {
        const found = await ways(person);
        assert.equal(found.length, 2, `${found}`);
      });
      assert.ok(proxy.asked.length > 0);
    } finally {
      await proxy.close();
      await link.close();
    }
  });
} else {
  test('networks of companies, in namespaces', async () => {
    // Without them tcp.test.mjs has all that there is.
    if (canMake()) assert.equal(await again(fileURLToPath(import.meta.url)), 0);
  });
}
