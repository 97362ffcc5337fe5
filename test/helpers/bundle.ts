import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'vite';

const root = join(import.meta.dirname, '../..');
const outDir = join(root, 'node_modules/.cache/test-server');

/**
 * `src/main.ts` with all that it imports, in few files. Tests start hundreds of servers: from here one takes 0.5 s of a processor
 * to start, from its 1,400 modules 0.7 s.
 */
export const bundledProgram = join(outDir, 'main.js');

/** Makes the bundle of the program as it is now. */
export async function bundleServer(): Promise<void> {
  // Files that the program looks for beside its own, such as the dashboard and the code of threads, stay where they are.
  const places = {
    name: 'places',
    transform: (code: string, id: string) =>
      code
        .replaceAll('import.meta.dirname', JSON.stringify(dirname(id)))
        .replaceAll('import.meta.url', JSON.stringify(pathToFileURL(id).href)),
  };
  await build({
    root,
    configFile: false,
    logLevel: 'warn',
    plugins: [places],
    ssr: { noExternal: true },
    build: { ssr: 'src/main.ts', outDir, target: 'node24', minify: false, rolldownOptions: { platform: 'node' } },
  });
}
