/** Bundles the server and all its dependencies into a few files of JavaScript. */
import { build } from 'vite';
import { root } from '../src/program.ts';

/**
 * Writes the bundle of the program, `main.js` and the files that it loads, into `folder`. The folder must be directly below the checkout or
 * the package, because the program looks for package.json and the dashboard relative to it. `NOTICE.md` in it has the licences of the dependencies.
 */
export async function bundleServer(folder: string): Promise<void> {
  // Threads are started by file name, so each needs an entry.
  const input = ['src/main.ts', 'src/archive/worker.ts', 'src/cli/takeover/reader-thread.ts'];
  // The file of a thread is looked for beside the file that starts it, so the output has no subfolders.
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
