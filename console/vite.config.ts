import react from '@vitejs/plugin-react';
import path from 'node:path';
import { defineConfig } from 'vite';
import { compressed } from './compress.ts';

const folder = import.meta.dirname;

export default defineConfig({
  root: folder,
  plugins: [react(), compressed(path.join(folder, 'dist'))],
  build: {
    outDir: 'dist',
    assetsDir: 'assets-console',
    // A data: address in a stylesheet would need a wider content security policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    target: 'es2023',
    reportCompressedSize: false,
    chunkSizeWarningLimit: 700,
  },
  server: {
    // For work on the console alone: `vite console` beside a running server.
    proxy: Object.fromEntries(['/api', '/sign-in', '/sign-out', '/set-up', '/enrol', '/recover', '/assets', '/oauth2'].map((door) => [door, 'http://localhost:8080'])),
  },
});
