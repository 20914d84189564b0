/** What comes from PyPI, the official SDK and schemathesis, in a virtual environment below e2e/out that is made when it is missing. */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const e2e = fileURLToPath(new URL('..', import.meta.url));
const VENV = path.join(e2e, 'out/venv');
const WANTED = path.join(e2e, 'requirements.txt');

/** Makes the environment if it is not there or not of these versions. Returns its interpreter. */
export function python() {
  const interpreter = path.join(VENV, 'bin/python');
  const stamp = path.join(VENV, 'made-from.txt');
  const wanted = readFileSync(WANTED, 'utf8');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return interpreter;
  const run = (command, ...args) => {
    const done = spawnSync(command, args, { encoding: 'utf8' });
    if (done.status !== 0) throw new Error(`${command} ${args.join(' ')}: ${done.stderr || done.error}`);
  };
  run('python3', '-m', 'venv', '--clear', VENV);
  run(interpreter, '-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '-r', WANTED);
  writeFileSync(stamp, wanted);
  return interpreter;
}

/** The command of schemathesis, which sends requests generated from an OpenAPI document. */
export const schemathesis = () => path.join(path.dirname(python()), 'st');

/**
 * A running `sdk.py`: the official Python SDK, which validates answers strictly. Calls are answered one after the other.
 * `heard` is told every request that went out: method, URL and status.
 */
export function pythonClient(base, { token, account, app }, heard = () => {}) {
  const script = fileURLToPath(new URL('sdk.py', import.meta.url));
  const child = spawn(python(), [script, base, token], { stdio: ['pipe', 'pipe', 'inherit'] });
  const waiting = [];
  createInterface({ input: child.stdout }).on('line', (line) => waiting.shift()?.done(JSON.parse(line)));
  child.once('exit', (code) => {
    for (const each of waiting.splice(0)) each.fail(new Error(`sdk.py ended with ${code}`));
  });
  const ask = async (asked) => {
    const told = await new Promise((done, fail) => {
      waiting.push({ done, fail });
      child.stdin.write(`${JSON.stringify(asked)}\n`);
    });
    told.requests.forEach(heard);
    if (told.error) throw Object.assign(new Error(told.error), { status: told.status, kind: told.kind });
    return told.answer;
  };
  return {
    /** A method below `realtime_kit` with what it takes first, if anything, and the rest; its answer. */
    call: (name, id, params = {}) => ask({ name, id, params }),
    /** What the SDK has no method for. */
    post: (path, body = {}) => ask({ post: path, body }),
    /** The session list. */
    async sessions(query = {}) {
      const { data, paging } = await this.call('sessions.get_sessions', app, { account_id: account, ...query });
      return { sessions: data.sessions, total: paging.total_count };
    },
    close: () => child.stdin.end(),
  };
}
