/** Bundles the server: JavaScript in a few files, with all dependencies. */
import { build } from 'vite';
import { root } from '../src/program.ts';

/**
 * Writes the bundle of the program, `main.js` and what it loads, into `folder`, which has to be directly below the checkout or the
 * package: from there the program looks for package.json and the dashboard. The licences of the dependencies are in its `NOTICE.md`.
 */
export async function bundleServer(folder: string): Promise<void> {
  // Threads are started by the names of their files.
  const input = ['src/main.ts', 'src/archive/worker.ts', 'src/cli/takeover/reader-thread.ts'];
  // A thread's file is looked for beside whatever starts it, so nothing goes into folders.
  const output = { entryFileNames: '[name].js', chunkFileNames: '[name]-[hash].js' };
  await build({
    root,
    configFile: false,
    logLevel: 'warn',
    ssr: { noExternal: true },
    build: {
      ssr: true,
      outDir: folder,
      target: 'node24',
      minify: false,
      license: { fileName: 'NOTICE.md' },
      rolldownOptions: { platform: 'node', input, output },
    },
  });
}
