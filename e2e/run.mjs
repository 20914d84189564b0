// `npm test`: every *.test.mjs, one after the other (each has a server and a browser of its own, and two cores are
// soon full), and what they left behind when something failed.
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { python } from './lib/python.mjs';

const here = fileURLToPath(new URL('.', import.meta.url));
python(); // made here, so that its making counts against no test
const wanted = process.argv.slice(2);
const files = readdirSync(here).filter((name) => name.endsWith('.test.mjs') && (!wanted.length || wanted.some((w) => name.startsWith(w))));
const flags = ['--test', '--test-concurrency=1', '--test-reporter=spec'];
const { status } = spawnSync(process.execPath, [...flags, ...files.sort()], { cwd: here, stdio: 'inherit' });
if (status !== 0) console.error('logs of the servers, their data and pictures of the pages: e2e/out');
process.exit(status ?? 1);
