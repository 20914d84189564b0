/** Headless Chromium with a fake camera and microphone, one context per person. `firefox.mjs` has the same of Firefox. */
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

export const PROBE = fileURLToPath(new URL('../page/probe.js', import.meta.url));
const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium';

const ARGS = [
  '--use-fake-device-for-media-stream',
  '--use-fake-ui-for-media-stream',
  // A page on this machine and a server on this machine: 127.0.0.1 must be a candidate, under its own name.
  '--allow-loopback-in-peer-connection',
  // (The second: a page that the test puts in front of the server has no address of its own.)
  '--disable-features=WebRtcHideLocalIpsWithMdns,LocalNetworkAccessChecks',
  '--mute-audio',
  '--autoplay-policy=no-user-gesture-required',
  '--auto-select-desktop-capture-source=Entire screen',
  // Pages that nobody looks at must keep their pace.
  '--disable-background-timer-throttling',
  '--disable-backgrounding-occluded-windows',
  '--disable-renderer-backgrounding',
  '--no-sandbox',
];

/** Whether a URL is of another machine than this one. */
export function isOutside(url) {
  const { protocol, hostname } = new URL(url);
  const local = hostname === 'localhost' || hostname.endsWith('.localhost') || hostname === '127.0.0.1';
  return /^(https?|wss?):$/.test(protocol) && !local;
}

/** Starts a browser with a profile of its own, and further flags. `close()` ends it and removes the profile. */
export async function startBrowser(flags = [], program = CHROMIUM) {
  const profile = await mkdtemp(path.join(os.tmpdir(), 'sederunt-chromium-'));
  const browser = await chromium.launch({
    executablePath: program,
    args: [...ARGS, ...flags],
    env: { ...process.env, XDG_CONFIG_HOME: profile, XDG_CACHE_HOME: profile },
  });
  return {
    browser,
    /** A new person: a fresh context with one page. `errors` collects what its pages complain about. */
    async person(name) {
      const context = await browser.newContext({ ignoreHTTPSErrors: true, viewport: { width: 960, height: 640 }, permissions: ['camera', 'microphone'] });
      await context.addInitScript({ path: PROBE });
      const page = await context.newPage();
      const errors = [];
      const outside = [];
      page.on('pageerror', (error) => errors.push(`${error.name}: ${error.message}`));
      page.on('request', (request) => isOutside(request.url()) && outside.push(request.url()));
      /** Answers requests below `prefix` with `files`, `[type, body]` by name, instead of the server. */
      const serve = (prefix, files) =>
        context.route(`${prefix}*`, (route) => {
          const found = files[route.request().url().slice(prefix.length)];
          return found ? route.fulfill({ contentType: found[0], body: found[1] }) : route.fulfill({ status: 404 });
        });
      return { name, context, page, errors, outside, serve };
    },
    /** SIGKILL for all its processes, as when a machine loses power: no socket is closed in good order. */
    async kill() {
      const session = await browser.newBrowserCDPSession();
      const { processInfo } = await session.send('SystemInfo.getProcessInfo');
      // All stand still first: one that sees another die would say goodbye for it.
      for (const signal of ['SIGSTOP', 'SIGKILL']) for (const { id } of processInfo) process.kill(id, signal);
      await rm(profile, { recursive: true, force: true });
    },
    async close() {
      await browser.close();
      await rm(profile, { recursive: true, force: true });
    },
  };
}
