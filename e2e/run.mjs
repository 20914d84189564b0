// `npm test`: every *.test.mjs in a process of its own, and what they left behind when something failed. Two lanes run beside
// each other: in one the files whose browsers fill the machine, in the other those that leave most of it alone. What a file
// says is shown when it has ended.
import { spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { python } from './lib/python.mjs';

const here = fileURLToPath(new URL('.', import.meta.url));
/**
 * In this order: they have no browser, or wait most of the time (for a session to end, for reports that come every five seconds),
 * or have few pages.
 */
const CALM = ['documents', 'events', 'badinput', 'kill', 'report', 'seed-sdk', 'changes-sdk', 'webhooks-sdk', 'webhooks', 'firewall', 'tcp', 'visits', 'field-scheduler', 'firefox', 'torn', 'restart'];
/** They measure what comes through a line, so nothing else runs beside them. */
const ALONE = ['downlink', 'loss'];

const wanted = process.argv.slice(2);
const files = readdirSync(here)
  .filter((name) => name.endsWith('.test.mjs') && (!wanted.length || wanted.some((w) => name.startsWith(w))))
  .sort();
const results = [];

/** Runs one file. One by itself is shown as it goes. */
async function run(file) {
  const stdio = files.length === 1 ? 'inherit' : ['ignore', 'pipe', 'pipe'];
  const from = performance.now();
  const child = spawn(process.execPath, ['--test-reporter=spec', file], { cwd: here, stdio });
  const said = [];
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (bytes) => said.push(bytes));
  const code = await new Promise((done) => child.once('close', (code, signal) => done(code ?? signal)));
  const seconds = (performance.now() - from) / 1000;
  results.push({ file, code, seconds });
  process.stdout.write(Buffer.concat([Buffer.from(`── ${file}: ${code === 0 ? 'passed' : 'FAILED'} after ${seconds.toFixed(1)} s\n`), ...said]));
}

async function lane(files) {
  for (const file of files) await run(file);
}

python(); // made here, so that its making counts against no test
const those = (names) => names.map((name) => `${name}.test.mjs`).filter((file) => files.includes(file));
const [calm, alone] = [those(CALM), those(ALONE)];
await Promise.all([lane(calm), lane(files.filter((file) => !calm.includes(file) && !alone.includes(file)))]);
await lane(alone);

console.log('── all files');
for (const { file, code, seconds } of results) console.log(`${seconds.toFixed(1).padStart(8)} s  ${file}${code === 0 ? '' : `  FAILED (${code})`}`);
const failed = results.filter(({ code }) => code !== 0);
if (failed.length) console.error('logs of the servers, their data and pictures of the pages: e2e/out');
process.exitCode = failed.length ? 1 : 0;
