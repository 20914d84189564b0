// What the console may weigh, in bytes as they are sent (gzip -9). A build that is heavier fails.
import { readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

/** Until the list of sessions is shown; and each screen that is loaded when it is asked for. */
const FIRST_LOAD = 80_000;
const ROUTE = 25_000;
/** Packages that are in the page. */
const PACKAGES = 8;
/** Those of the meeting page. */
const OF_THE_MEETING = ['@cloudflare/realtimekit', '@cloudflare/realtimekit-ui'];

const dist = fileURLToPath(new URL('../dist-console/', import.meta.url));
const size = (name) => gzipSync(readFileSync(dist + name), { level: 9 }).length;
const html = readFileSync(`${dist}index.html`, 'utf8');
const first = [...html.matchAll(/(?:src|href)="\/console\/(assets\/[^"]+\.(?:js|css))"/g)].map(([, name]) => name);
const others = readdirSync(`${dist}assets`).map((name) => `assets/${name}`).filter((name) => /\.(js|css)$/.test(name) && !first.includes(name));
const faults = [];

const load = size('index.html') + first.reduce((sum, name) => sum + size(name), 0);
console.log(`console: first load ${load} of ${FIRST_LOAD} bytes`);
if (!first.some((name) => name.endsWith('.js'))) faults.push('the page has no script');
if (load > FIRST_LOAD) faults.push(`the first load has ${load} bytes, at most ${FIRST_LOAD}`);
for (const name of others) {
  console.log(`console: ${name} ${size(name)} of ${ROUTE} bytes`);
  if (size(name) > ROUTE) faults.push(`${name} has ${size(name)} bytes, at most ${ROUTE}`);
}
const { dependencies } = JSON.parse(readFileSync(fileURLToPath(new URL('../package.json', import.meta.url)), 'utf8'));
const packages = Object.keys(dependencies).filter((name) => !OF_THE_MEETING.includes(name));
if (packages.length > PACKAGES) faults.push(`${packages.length} packages, at most ${PACKAGES}: ${packages.join(', ')}`);
// The policy forbids both, so a browser would refuse them.
if (/<script(?![^>]*\ssrc=)|<style|\sstyle=|\son\w+=/.test(html)) faults.push('something is inline in the page');

for (const fault of faults) console.error(`console: ${fault}`);
process.exitCode = faults.length ? 1 : 0;
