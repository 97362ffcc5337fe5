import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

/** Everything except individual pages and their own dependencies. */
const firstModules =
  /(web\/src\/(app|lib|pages\/runs?|ui)|src\/core|node_modules\/(react|react-dom|scheduler|wouter|regexparam|@tanstack|use-sync-external-store))\//;

export default defineConfig({
  root: import.meta.dirname,
  base: '/ui/',
  // Scripts and styles refer to each other by relative URLs, because the server may run below any path (`PADDLES_ADDRESS`).
  experimental: { renderBuiltUrl: (_file, { hostType }) => (hostType === 'html' ? undefined : { relative: true }) },
  plugins: [react()],
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    target: 'es2023',
    modulePreload: { polyfill: false },
    rolldownOptions: {
      output: {
        // Code that every page needs is in one file, even if other pages share it: one request instead of six.
        codeSplitting: { groups: [{ name: 'app', test: firstModules }] },
      },
    },
    assetsInlineLimit: 0,
    reportCompressedSize: false,
    // The licences of what is bundled.
    license: { fileName: 'NOTICE.md' },
  },
});
