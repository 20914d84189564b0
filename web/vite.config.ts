import { defineConfig } from 'vite';
import { kitAssets } from './plugin/kit-assets.ts';

// Served by the server itself: /meet is index.html, /meet/assets/* never changes under one name.
export default defineConfig({
  base: '/meet/',
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
