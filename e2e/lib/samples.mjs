/** The samples of docs/webhooks.md, as a reader copies them. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { python } from './python.mjs';

const DOCUMENT = new URL('../../docs/webhooks.md', import.meta.url);
const SCRIPT = fileURLToPath(new URL('signatures.py', import.meta.url));

/** The code blocks in `language`, in order. */
function blocks(language) {
  const found = readFileSync(DOCUMENT, 'utf8').matchAll(/^```(\w+)\n(.*?)^```$/gms);
  return [...found].filter(([, of]) => of === language).map(([, , text]) => text);
}

/** What the JavaScript blocks export. */
export async function javascript() {
  const modules = blocks('js').map((text) => import(`data:text/javascript;base64,${Buffer.from(text).toString('base64')}`));
  return Object.assign({}, ...(await Promise.all(modules)));
}

/**
 * What the Python blocks, and the library of PyPI, say of each request: `{key, secret, library}`. `secret` may be missing: then
 * only the key is asked.
 */
export function askPython({ server, secret, requests }) {
  const encoded = requests.map(({ headers, body }) => ({ headers, body: body.toString('base64') }));
  const asked = { server, secret, blocks: blocks('python'), requests: encoded };
  const done = spawnSync(python(), [SCRIPT], { input: JSON.stringify(asked), encoding: 'utf8' });
  if (done.status !== 0) throw new Error(`signatures.py: ${done.stderr || done.error}`);
  return JSON.parse(done.stdout);
}
