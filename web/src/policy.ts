/**
 * The page's Content-Security-Policy. The UI kit knows a few addresses of its vendor and of a font service by heart;
 * its sounds and pictures are replaced when the page is built (`plugin/kit-assets.ts`), and this policy makes sure
 * that nothing else leaves for a third party either.
 */

/** The policy for a page whose server is `base`; `mapped` as in `shim.ts`. */
export function policy(base: string, mapped: boolean): string {
  // The client's own hosts, when it calls them by name.
  const hosts = mapped ? '' : ` https://*.${base} wss://*.${base}`;
  return [
    "default-src 'self'",
    `connect-src 'self'${hosts} blob: data:`,
    // Timers and audio worklets of the client are made from blobs.
    "script-src 'self' blob:",
    "worker-src 'self' blob:",
    "style-src 'self' 'unsafe-inline'",
    "font-src 'self' data:",
    `media-src 'self'${mapped ? '' : ` https://*.${base}`} blob: data: mediastream:`,
    // Pictures of participants and the logo of a preset are wherever their owner put them.
    'img-src * data: blob:',
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
}
