/** The code of a thread beside a module: TypeScript in a checkout, and what became of it in a package. */
export function threadFile(name: string, besideUrl: string): URL {
  return new URL(`./${name}.${besideUrl.endsWith('.ts') ? 'ts' : 'js'}`, besideUrl);
}
