/**
 * Files of the UI kit that its 2.0.2 release loads from addresses of its vendor: three sounds, the list of emoji,
 * and three pictures of the "permission denied" help. They are made here when the page is built, and the addresses
 * in the kit are replaced by them. (The client, `@cloudflare/realtimekit`, is never touched.)
 */
import { createHash } from 'node:crypto';
import { createRequire } from 'node:module';
import type { Plugin } from 'vite';
import { chime } from './chime.ts';

/** Where the page's files are, seen from the page itself, which is `…/meet`. */
export const PAGE_FOLDER = 'meet/';

/** Files by the address that the kit has for them. */
function files(): Map<string, { name: string; source: string | Uint8Array }> {
  const uploads = 'https://rtk-uploads.realtime.cloudflare.com';
  const assets = 'https://rtk-assets.realtime.cloudflare.com';
  return new Map([
    [`${uploads}/notification_join.mp3`, { name: 'join.wav', source: chime([523.25, 783.99], 0.16) }],
    [`${uploads}/notification_message.mp3`, { name: 'message.wav', source: chime([880], 0.12) }],
    [`${assets}/ui-kit/speaker-test.mp3`, { name: 'speaker-test.wav', source: chime([523.25, 659.25, 783.99, 1046.5], 0.35) }],
    [`${assets}/assets/emojis-data.json`, { name: 'emoji.json', source: emoji() }],
    // The kit appends Chrome1.svg, Chrome2.svg or Chrome3.svg.
    [`${assets}/ui-kit/permissions/`, { name: 'permission-', source: PERMISSION }],
  ]);
}

/** The kit's form of its emoji list: one string to search in, `name:index` joined by commas, and the characters. */
function emoji(): string {
  const require = createRequire(import.meta.url);
  const all = require('unicode-emoji-json/data-by-emoji.json') as Record<string, { name: string; slug: string }>;
  const emojis = Object.keys(all);
  const search = emojis.map((character, index) => `${all[character]?.slug.replaceAll('_', ' ')}:${index}`).join(',');
  return JSON.stringify({ search, emojis });
}

/** "Click here, then allow": the address bar with the sign to click. The kit puts in the site's name. */
const PERMISSION = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 320 120" font-family="system-ui, sans-serif" font-size="13">
<rect x="8" y="12" width="304" height="36" rx="18" fill="#2e2e2e"/><circle cx="30" cy="30" r="11" fill="#d37c30"/>
<path d="M25 27h10M25 33h10" stroke="#141414" stroke-width="2"/><circle cx="28" cy="27" r="2.4" fill="#141414"/><circle cx="32" cy="33" r="2.4" fill="#141414"/>
<text x="52" y="35" fill="#eeeeee">yoursite.com</text>
<rect x="22" y="58" width="210" height="52" rx="8" fill="#1b1b1b" stroke="#2e2e2e"/><text x="36" y="80" fill="#eeeeee">Microphone, Camera</text><text x="36" y="98" fill="#d37c30">Allow</text></svg>
`;

/** Vite plugin, see above. */
export function kitAssets(): Plugin {
  const made = files();
  const hash = createHash('sha256');
  for (const { name, source } of made.values()) hash.update(name).update(source);
  const folder = `assets/kit-${hash.digest('hex').slice(0, 8)}`;
  const missing = new Set(made.keys());
  return {
    name: 'kit-assets',
    apply: 'build',
    transform(code, id) {
      if (!id.includes('@cloudflare/realtimekit-ui')) return undefined;
      let out = code;
      for (const [url, { name }] of made) {
        if (!out.includes(url)) continue;
        missing.delete(url);
        out = out.replaceAll(url, `${PAGE_FOLDER}${folder}/${name}`);
      }
      return out === code ? undefined : { code: out, map: null };
    },
    generateBundle() {
      if (missing.size) this.error(`the UI kit no longer has: ${[...missing].join(', ')}`);
      for (const { name, source } of made.values()) {
        const names = name === 'permission-' ? [1, 2, 3].map((n) => `permission-Chrome${n}.svg`) : [name];
        for (const each of names) this.emitFile({ type: 'asset', fileName: `${folder}/${each}`, source });
      }
    },
  };
}
