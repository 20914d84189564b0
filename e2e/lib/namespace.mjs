/**
 * A network of its own for a test: the test and the server in one namespace, the browser in another that reaches it by one
 * wire alone. What a company's network does to people is done to the browser by what is not there.
 */
import { spawn, spawnSync } from 'node:child_process';
import { chmod, mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { until } from './until.mjs';

const OUT = fileURLToPath(new URL('../out', import.meta.url));
const INSIDE = 'SEDERUNT_E2E_NAMESPACE';
/** The end of the wire on the test's side, and on the browser's. Documentation addresses (RFC 5737), which look public. */
export const NEAR = '198.51.100.1';
const FAR = '198.51.100.2';
/** Where servers are: beyond the wire, so that somebody has to pass things on, or to be asked to. */
export const serverAddress = (n) => `203.0.113.${n + 1}`;
export const SERVER = serverAddress(0);

export const isInside = () => process.env[INSIDE] === '1';

/** Whether this machine lets us make namespaces, and what else is to be tried in one; said aloud, because the tests differ. */
export function canMake(more = []) {
  const all = ['ip link add near type veth peer name far', 'nsenter --version', 'unshare -m true', ...more].join(' && ');
  const made = spawnSync('unshare', ['-n', 'sh', '-c', all], { encoding: 'utf8' });
  console.log(made.status === 0 ? 'network namespaces: yes' : `network namespaces: no (${made.error?.message ?? made.stderr.trim()})`);
  return made.status === 0;
}

/** Runs a file once more, in a namespace of its own. Resolves to its exit code; its output is ours. */
export function again(file, args = []) {
  const env = { ...process.env, [INSIDE]: '1' };
  delete env.NODE_TEST_CONTEXT; // its results are its own
  const child = spawn('unshare', ['-n', process.execPath, '--test-reporter=spec', file, ...args], { env, stdio: 'inherit' });
  return new Promise((done) => child.once('exit', (code) => done(code)));
}

function ip(...args) {
  const { status, stderr, error } = spawnSync('ip', args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`ip ${args.join(' ')}: ${error?.message ?? stderr.trim()}`);
}

/**
 * Lays the wire to so many `servers`. `routed`: what the browser sends to their addresses is passed on; else only `NEAR` is there for it.
 * Resolves to the program that starts a Chromium at the far end, and `close`.
 */
export async function wire({ routed, servers = 1 }) {
  ip('link', 'set', 'lo', 'up');
  for (let n = 0; n < servers; n++) ip('address', 'replace', `${serverAddress(n)}/32`, 'dev', 'lo');
  const far = spawn('unshare', ['-n', 'sleep', 'infinity'], { stdio: 'ignore' });
  const inFar = (...args) => spawnSync('nsenter', ['-t', String(far.pid), '-n', 'ip', ...args], { encoding: 'utf8' });
  // Its namespace is there when it has nothing but a loopback that is down.
  await until('the far namespace', () => /state DOWN/.test(inFar('link', 'show', 'lo').stdout ?? ''));
  ip('link', 'add', 'near', 'type', 'veth', 'peer', 'name', 'far');
  ip('link', 'set', 'far', 'netns', String(far.pid));
  ip('address', 'add', `${NEAR}/24`, 'dev', 'near');
  ip('link', 'set', 'near', 'up');
  const steps = [['link', 'set', 'lo', 'up'], ['address', 'add', `${FAR}/24`, 'dev', 'far'], ['link', 'set', 'far', 'up']];
  if (routed) steps.push(['route', 'add', 'default', 'via', NEAR]);
  for (const step of steps) {
    const { status, stderr } = inFar(...step);
    if (status !== 0) throw new Error(`ip ${step.join(' ')}: ${stderr}`);
  }
  await mkdir(OUT, { recursive: true });
  const program = path.join(OUT, `chromium-${process.pid}-${far.pid}.sh`);
  const chromium = process.env.CHROMIUM ?? '/usr/bin/chromium';
  // Nobody answers names there. It is to hear so at once: else each name is waited for, also those that it was told.
  const resolver = path.join(OUT, 'resolv.conf');
  await writeFile(resolver, 'nameserver 127.0.0.1\noptions timeout:1 attempts:1\n');
  const start = `mount --bind ${resolver} /etc/resolv.conf; exec ${chromium} "$@"`;
  await writeFile(program, `#!/bin/sh\nexec nsenter -t ${far.pid} -n unshare -m sh -c '${start}' chromium "$@"\n`);
  await chmod(program, 0o755);
  return {
    program,
    /** What goes to the far end passes at this rate, behind a queue of `queueMs`; 0 = as fast as it comes. */
    rate(kbps, queueMs = 300) {
      const limit = ['qdisc', 'replace', 'dev', 'near', 'root', 'tbf', 'rate', `${kbps}kbit`, 'burst', '3000', 'latency', `${queueMs}ms`];
      const { status, stderr } = spawnSync('tc', kbps ? limit : ['qdisc', 'delete', 'dev', 'near', 'root'], { encoding: 'utf8' });
      // Without a limit there may be none to take away.
      if (kbps && status !== 0) throw new Error(`tc ${limit.join(' ')}: ${stderr.trim()}`);
    },
    async close() {
      const gone = new Promise((done) => far.once('exit', done));
      far.kill('SIGKILL');
      await gone;
      spawnSync('ip', ['link', 'delete', 'near']);
      await rm(program);
    },
  };
}
