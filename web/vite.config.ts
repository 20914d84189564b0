import { defineConfig } from 'vite';
import { kitAssets, PAGE_FOLDER } from './plugin/kit-assets.ts';

// Served by the server itself: /meet is index.html, /meet/assets/* never changes under one name. All addresses are relative,
// so that a proxy may put the server below any path: those in the page to /meet, those in a file to that file.
export default defineConfig({
  base: './',
  experimental: {
    renderBuiltUrl: (file, { hostType }) => (hostType === 'html' ? PAGE_FOLDER + file : { relative: true }),
  },
  plugins: [kitAssets()],
  build: {
    target: 'es2022',
    outDir: 'dist',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // The UI kit is many small lazy chunks plus one big one; the client is a big one.
    chunkSizeWarningLimit: 1500,
  },
});
