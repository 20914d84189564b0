/** The real binary, on ports of its own and a data folder of its own. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, mkdir, open, readFile, rm } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const OUT = path.join(root, 'e2e/out');
export const BINARY = process.env.SEDERUNT ?? path.join(root, 'target/debug/sederunt');
const START_MS = 30_000;
const STOP_MS = 15_000;

/** A new, empty folder below e2e/out. Kept after a failure, for whoever wants to look. */
async function folder(name) {
  await mkdir(OUT, { recursive: true });
  return mkdtemp(path.join(OUT, `${name}-`));
}

/**
 * Starts the server and waits until it says that it is ready.
 *
 * `name` is for files below e2e/out. `data`: an existing folder, to start again on it. `args`: further flags.
 * `http`, `media`: what to listen on. `workers`: media threads, one whatever the machine has, so that a port is the port.
 */
export async function startServer(name, { data, args = [], http = '127.0.0.1:0', media = '127.0.0.1:0', workers = 1, env = {} } = {}) {
  if (!existsSync(BINARY)) throw new Error(`${BINARY} is missing: cargo build -p sederunt-server`);
  const dir = data ?? (await folder(name));
  const log = await open(path.join(OUT, `${name}.log`), data ? 'a' : 'w');
  const own = ['serve', '--data', dir, '--listen', http, '--metrics-listen', '127.0.0.1:0', '--media', media];
  own.push('--media-workers', String(workers));
  const child = spawn(BINARY, [...own, ...args], {
    cwd: dir,
    env: { ...process.env, RUST_BACKTRACE: '1', ...env },
    stdio: ['ignore', 'pipe', log.fd],
  });
  const exited = new Promise((done) => child.once('exit', (code, signal) => done({ code, signal })));
  const bound = await ready(child, exited, log);
  const first = JSON.parse(await readFile(path.join(dir, 'first-run.json'), 'utf8'));
  const end = async (signal) => {
    const started = Date.now();
    child.kill(signal);
    const over = await Promise.race([exited, new Promise((late) => setTimeout(late, STOP_MS, undefined).unref())]);
    if (!over) {
      child.kill('SIGKILL');
      throw new Error(`the server did not stop within ${STOP_MS} ms after ${signal}`);
    }
    await log.close();
    return { ...over, ms: Date.now() - started };
  };
  return {
    ...bound,
    /** Where a browser finds the page: by name, as in the printed link. */
    page: bound.http.replace(/127\.0\.0\.1|0\.0\.0\.0/, 'localhost'),
    account: first.account_id,
    app: first.app_id,
    token: first.api_token,
    data: dir,
    pid: child.pid,
    alive: () => child.exitCode === null && child.signalCode === null,
    /** What the process has written to its log so far. */
    log: () => readFile(path.join(OUT, `${name}.log`), 'utf8'),
    /** SIGTERM; resolves to how it ended, and removes the data unless `keep`. */
    async stop({ keep = false } = {}) {
      const over = await end('SIGTERM');
      if (!keep) await rm(dir, { recursive: true, force: true });
      return over;
    },
    /** SIGKILL; the data stay. Resolves to the time of the kill. */
    async kill() {
      const at = Date.now();
      await end('SIGKILL');
      return at;
    },
  };
}

/** The one JSON line that the server prints when it listens. */
async function ready(child, exited, log) {
  const line = new Promise((done) => {
    createInterface({ input: child.stdout }).once('line', done);
  });
  const late = new Promise((_, fail) => setTimeout(fail, START_MS, new Error('the server is not ready')).unref());
  const died = exited.then(({ code, signal }) => Promise.reject(new Error(`the server ended while starting: ${code ?? signal}; see its log`)));
  try {
    return JSON.parse(await Promise.race([line, died, late]));
  } catch (error) {
    child.kill('SIGKILL');
    await log.close();
    throw error;
  }
}
