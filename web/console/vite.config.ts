import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

// Served at /console; every screen is an address below it, so the addresses of files are absolute.
export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  base: '/console/',
  build: {
    target: 'es2022',
    outDir: '../dist-console',
    emptyOutDir: true,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  server: {
    port: 5174,
    proxy: { '/sederunt': 'http://localhost:8080', '/client': 'http://localhost:8080' },
  },
});
