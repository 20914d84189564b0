// How often and how soon does somebody get in? Not part of the test run. `node joins.mjs [rounds]`
//
// Three servers beyond a wire, with somebody in a meeting of each; in every round somebody else joins them in turn, in a new
// context of the browser: where UDP goes through, where it is lost, and where nothing but TLS to port 443 goes through, so that
// the relay is all there is.
import dgram from 'node:dgram';
import os from 'node:os';
import { fileURLToPath } from 'node:url';
import { addParticipant, makeMeeting } from './lib/api.mjs';
import { openBare, ways } from './lib/bare.mjs';
import { startBrowser } from './lib/browser.mjs';
import { again, canMake, isInside, serverAddress, wire } from './lib/namespace.mjs';
import { startServer } from './lib/server.mjs';
import { DEADLINE_MS, until } from './lib/until.mjs';

const rounds = Number(process.argv[2] ?? 20);
const RELAY_ALONE = ['--media-tcp', 'false'];
/** What each network lets through: `udp`; flags of its server; and whose end of a transport says how it came. */
const NETWORKS = [
  { what: 'UDP goes through', udp: true, args: [], end: 'remote' },
  { what: 'UDP is lost', udp: false, args: ['--media-relay', 'off'], end: 'remote' },
  { what: 'TLS to port 443 alone', udp: false, args: RELAY_ALONE, end: 'local' },
];

/** A server in front of which `network` lies, and the meeting in which somebody waits. */
async function startNetwork(chromium, n, { udp, args }) {
  const address = serverAddress(n);
  const name = `meet-${n}.example`;
  const tls = ['--tls', 'self-signed', '--base-uri', name];
  // Announced instead of the media port; what is sent there is lost, as a firewall loses it.
  const hole = dgram.createSocket('udp4');
  await new Promise((done) => hole.bind(0, address, done));
  const announce = udp ? [] : ['--media-announce', `${address}:${hole.address().port}`];
  const server = await startServer(`joins-${n}`, { http: `${address}:443`, media: `${address}:0`, args: [...tls, ...announce, ...args] });
  const meeting = await makeMeeting(server, name);
  const enter = async (who, options) => {
    const person = await chromium.person(who);
    const { token } = await addParticipant(server, meeting, who);
    await openBare(person, `https://${name}`, token, options);
    return person;
  };
  await enter('alice');
  return {
    enter,
    async close() {
      await server.stop();
      hole.close();
    },
  };
}

/**
 * In the page: joins, and waits until a picture and a sound have been decoded. Resolves to the milliseconds of both. It is asked
 * every 20 ms, so that it is known to that much.
 */
async function joinAndPlay(deadline) {
  const from = performance.now();
  const since = () => performance.now() - from;
  await window.meeting.join();
  const joined = since();
  for (;;) {
    const streams = await window.__probe.incoming();
    const plays = (kind, key) => streams.some((s) => s.kind === kind && s[key] > 0);
    if (plays('video', 'frames') && plays('audio', 'samples')) return { joined, played: since() };
    if (since() > deadline) throw new Error(`no sound and picture after ${deadline} ms: ${JSON.stringify(streams)}`);
    await new Promise((wake) => setTimeout(wake, 20));
  }
}

/** Somebody joins and goes. Resolves to the times of `joinAndPlay`, and how both transports came. */
async function visit({ enter }, end) {
  const bob = await enter('bob', { join: false });
  try {
    const times = await bob.page.evaluate(joinAndPlay, DEADLINE_MS);
    const pair = await until('both transports', async () => {
      const found = await ways(bob, end);
      return found.length === 2 && found;
    });
    await bob.page.evaluate(() => window.meeting.leave());
    return { ...times, way: [...new Set(pair)].join(' and ') };
  } finally {
    await bob.context.close();
  }
}

/** The nearest rank: of twenty the p95 is the nineteenth. */
function at(all, share) {
  const sorted = all.toSorted((a, b) => a - b);
  return sorted[Math.ceil(sorted.length * share) - 1]?.toFixed(0) ?? '–';
}

async function measure() {
  process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0'; // their certificates are their own
  const link = await wire({ routed: true, servers: NETWORKS.length });
  const names = NETWORKS.map((_, n) => `MAP meet-${n}.example ${serverAddress(n)}, MAP *.meet-${n}.example ${serverAddress(n)}`);
  const chromium = await startBrowser(['--ignore-certificate-errors', `--host-resolver-rules=${names.join(', ')}`], link.program);
  const table = NETWORKS.map((network) => ({ ...network, good: [], bad: 0 }));
  const open = [];
  try {
    for (const [n, network] of NETWORKS.entries()) open.push(await startNetwork(chromium, n, network));
    for (let round = 1; round <= rounds; round++) {
      for (const [n, row] of table.entries()) {
        try {
          const found = await visit(open[n], row.end);
          row.good.push(found);
          console.log(`round ${round}: ${row.what}: in after ${found.joined.toFixed(0)} ms, plays after ${found.played.toFixed(0)} ms, ${found.way}`);
        } catch (error) {
          row.bad += 1;
          console.log(`round ${round}: ${row.what}: FAILED: ${error.message}`);
        }
      }
    }
  } finally {
    await chromium.close();
    for (const network of open) await network.close();
    await link.close();
  }
  console.log(`\nload ${os.loadavg().map((l) => l.toFixed(1)).join(' ')} on ${os.cpus().length} cores at the end`);
  console.log('| Network | in | by | join() median ms | p95 | sound and picture median ms | p95 |\n|---|---:|---|---:|---:|---:|---:|');
  for (const { what, good, bad } of table) {
    const by = [...new Set(good.map(({ way }) => way))].map((way) => `${way}: ${good.filter((g) => g.way === way).length}`);
    const times = ['joined', 'played'].flatMap((key) => [0.5, 0.95].map((share) => at(good.map((g) => g[key]), share)));
    console.log(`| ${what} | ${good.length} of ${good.length + bad} | ${by.join(', ')} | ${times.join(' | ')} |`);
  }
  process.exitCode = table.some(({ bad }) => bad) ? 1 : 0;
}

if (isInside()) await measure();
else if (canMake()) process.exitCode = await again(fileURLToPath(import.meta.url), process.argv.slice(2));
else process.exitCode = 1;
