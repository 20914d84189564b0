/** Runs the programs of `field/` as their customers would, and knows when a test did what. */
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { BINARY } from './server.mjs';
import { until } from './until.mjs';

const READY = /^ready at (\S+)$/;

/**
 * Starts `script`, below `field/`, and waits until it is ready. Its files are in `folder`; `plan` is written to the one that
 * the variable `planName` names.
 */
export async function startProgram(script, { folder, planName, plan, port = 0, env }) {
  const planFile = path.join(folder, 'plan.json');
  await writeFile(planFile, JSON.stringify(plan));
  const file = fileURLToPath(new URL(`../field/${script}`, import.meta.url));
  const own = { FOLDER: path.join(folder, 'state'), [planName]: planFile, PORT: String(port), ...env };
  const child = spawn(process.execPath, [file], { env: { PATH: process.env.PATH, ...own }, stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = new Promise((done) => child.once('exit', done));
  const lines = [];
  createInterface({ input: child.stdout }).on('line', (line) => lines.push(line));
  const ended = () => child.exitCode ?? child.signalCode;
  const url = await until(`${script} is ready`, () => {
    assert.equal(ended(), null, 'it ended');
    return lines.map((line) => READY.exec(line)?.[1]).find(Boolean);
  });
  const call = async (method, page) => {
    const answer = await fetch(`${url}${page}`, { method });
    assert.equal(answer.status, 200, `${method} ${page}`);
    return answer.json();
  };
  return {
    url,
    port: Number(new URL(url).port),
    /** Where it keeps what came. */
    journal: path.join(folder, 'state/events.jsonl'),
    get: (page) => call('GET', page),
    post: (page) => call('POST', page),
    /** What it printed after it was ready. */
    printed: () => lines.filter((line) => !READY.test(line)).join('\n'),
    /** SIGKILL. */
    async kill() {
      child.kill('SIGKILL');
      await exited;
    },
  };
}

/** Does `action`, and says between which readings of the clock it happened. */
export async function during(action) {
  const from = Date.now();
  await action();
  return { from, to: Date.now() };
}

/** The server reads its clock at its start and counts on from there, to the millisecond. */
const CLOCK_MS = 50;

/**
 * Each of `stays`, `{from, to}` in milliseconds, began and ended when `did`, `{joined, left}` with spans of `during`, says.
 */
export function assertDone(who, stays, did) {
  assert.equal(stays.length, did.length, `${who}: ${JSON.stringify(stays)}`);
  stays.forEach(({ from, to }, i) => {
    for (const [edge, at] of [['joined', from], ['left', to]]) {
      const within = did[i][edge];
      const say = `${who} ${edge} at ${at}, not within ${JSON.stringify(within)} (stay ${i + 1})`;
      assert.ok(at >= within.from - CLOCK_MS && at <= within.to + CLOCK_MS, say);
    }
  });
}

/** Bytes of an export: some thousands of sessions. */
const EXPORT_MAX = 64 * 1024 * 1024;

/** What `sederunt export` says of all sessions, while the server runs. */
export function exported(server) {
  const done = spawnSync(BINARY, ['export', '--data', server.data], { encoding: 'utf8', maxBuffer: EXPORT_MAX });
  assert.equal(done.status, 0, done.stderr);
  return done.stdout.split('\n').filter(Boolean).map((line) => JSON.parse(line));
}
