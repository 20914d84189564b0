/** The console in a browser: a context for each person who looks, watched for everything that must never happen. */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { isOutside } from './browser.mjs';

const require = createRequire(import.meta.url);
const AXE = await readFile(require.resolve('axe-core/axe.min.js'), 'utf8');
/** What is checked of a screen: WCAG 2.0 to 2.2, A and AA, and best practice. */
const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

/** Somebody who looks. `theme`, size, zone and language are those of the browser. */
export async function openConsole(browser, { theme = 'light', width = 1440, height = 900, zone = 'Europe/Berlin', locale = 'en-GB' } = {}) {
  const context = await browser.newContext({ viewport: { width, height }, colorScheme: theme, timezoneId: zone, locale, acceptDownloads: true });
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  const faults = [];
  await context.addInitScript(() => {
    window.__violations = [];
    document.addEventListener('securitypolicyviolation', (event) => window.__violations.push(`${event.violatedDirective}: ${event.blockedURI} ${event.sample}`));
  });
  const watch = (page) => {
    page.on('pageerror', (error) => faults.push(`${error.name}: ${error.message}`));
    page.on('request', (request) => isOutside(request.url()) && faults.push(`a request to ${request.url()}`));
    page.on('console', (message) => /Content Security|Trusted/.test(message.text()) && faults.push(message.text()));
  };
  context.on('page', watch);
  const page = await context.newPage();
  return {
    context,
    page,
    faults,
    /** What broke the policy so far. */
    violations: async (of = page) => [...faults, ...(await of.evaluate(() => window.__violations))],
    close: () => context.close(),
  };
}

/** Signs in by the form. */
export async function signIn(page, base, token, { only = false } = {}) {
  await page.goto(`${base}/console/sign-in`);
  await page.fill('input[name=token]', token);
  if (only) await page.check('input[type=checkbox]');
  await page.click('button[type=submit]');
}

/** What axe has to say of the screen as it is: each finding with where it is. */
export async function axe(page) {
  await page.evaluate(AXE);
  const { violations } = await page.evaluate((tags) => window.axe.run(document, { runOnly: { type: 'tag', values: tags } }), TAGS);
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target, failureSummary }) => `${target.join(' ')} (${failureSummary.split('\n')[1]?.trim()})`).slice(0, 3).join('; ')}`);
}
