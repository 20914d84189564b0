// The types of our own answers, made from the documents that the server checks in (`cargo xtask openapi`). A test compares
// them with what is checked in here; `npm run types` writes them.
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import openapiTS, { astToString } from 'openapi-typescript';

const at = (path) => fileURLToPath(new URL(path, import.meta.url));
const HEAD = '// Made by `npm run types` from crates/api/openapi. Do not edit.\n\n';

/** Name and text of each file. */
export async function types() {
  const made = ['realtimekit', 'sederunt'].map(async (name) => {
    const document = JSON.parse(readFileSync(at(`../../crates/api/openapi/${name}.json`), 'utf8'));
    return [at(`src/api/${name}.d.ts`), HEAD + astToString(await openapiTS(document))];
  });
  return Promise.all(made);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const [path, text] of await types()) writeFileSync(path, text);
}
