/** Headless Firefox, as its makers ship it, with a fake camera and microphone, one context per person. */
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { bidi } from './bidi.mjs';
import { isOutside, PROBE } from './browser.mjs';

const FIREFOX = process.env.FIREFOX ?? '/usr/bin/firefox-esr';
const START_MS = 60_000;

/** With a port for a driver Firefox is calm by itself: no updates, no reports, no first steps. */
const PREFERENCES = {
  'media.navigator.streams.fake': true,
  'media.navigator.permission.disabled': true,
  'media.autoplay.default': 0,
  // Addresses under their own names. Those of loopback are left out all the same, whatever its preferences say.
  'media.peerconnection.ice.obfuscate_host_addresses': false,
  // Pages that nobody looks at may ask for devices, and must keep their pace.
  'media.devices.unfocused.enabled': true,
  'dom.min_background_timeout_value': 4,
  'dom.timeout.enable_budget_timer_throttling': false,
  'layout.testing.top-level-always-active': true,
};

/** Starts a browser with a profile of its own. `close()` ends it and removes the profile. */
export async function startFirefox() {
  const profile = await mkdtemp(path.join(os.tmpdir(), 'sederunt-firefox-'));
  const lines = Object.entries(PREFERENCES).map(([name, value]) => `user_pref(${JSON.stringify(name)}, ${JSON.stringify(value)});\n`);
  await writeFile(path.join(profile, 'user.js'), lines.join(''));
  // It refuses a home that is somebody else's.
  const env = { ...process.env, HOME: profile, MOZ_CRASHREPORTER_DISABLE: '1' };
  const args = ['--headless', '--remote-debugging-port=0', '--no-remote', '--profile', profile];
  const child = spawn(FIREFOX, args, { env, stdio: ['ignore', 'ignore', 'pipe'] });
  const exited = new Promise((done) => child.once('exit', done).once('error', done));
  const removed = () => rm(profile, { recursive: true, force: true });
  let driver;
  try {
    driver = await bidi(`${await listens(child, exited)}/session`);
  } catch (error) {
    child.kill('SIGKILL');
    await exited;
    await removed();
    throw error;
  }
  const probe = await readFile(PROBE, 'utf8');
  return {
    /** A new person: a fresh context with one page. `errors` collects what its page complains about. */
    async person(name) {
      const { requests, ...own } = await driver.open(probe);
      return {
        name,
        ...own,
        get outside() {
          return requests.filter(isOutside);
        },
      };
    },
    async close() {
      await driver.close();
      await exited;
      await removed();
    },
  };
}

/** The address of the driver's socket, as Firefox prints it when it is ready. */
async function listens(child, exited) {
  const said = [];
  const address = new Promise((done) => {
    createInterface({ input: child.stderr }).on('line', (line) => {
      said.push(line);
      const [, url] = /WebDriver BiDi listening on (ws:\S+)/.exec(line) ?? [];
      if (url) done(url);
    });
  });
  const fail = (what) => Promise.reject(new Error(`${FIREFOX}: ${what}: ${said.slice(-5).join('\n')}`));
  const late = new Promise((done) => setTimeout(done, START_MS).unref()).then(() => fail('is not ready'));
  return Promise.race([address, exited.then((how) => fail(`ended while starting, ${how}`)), late]);
}
