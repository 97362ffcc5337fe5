/** The most pages that are kept, and the longest text of one: 20 MB in total. The page of 5,000 jobs has 1,750,000 characters. */
const keptPages = 10;
const longestKept = 2_000_000;

/**
 * A cache of the run pages requested last. Fifty users who watch a run of 500 jobs reread it every two seconds, all at the same
 * moment. Building the page for each of them, at 50 ms, would take more than one processor.
 */
export function createKeptPages() {
  const pages = new Map<string, { version: string; text: Promise<string> }>();
  return {
    /** Returns the cached page of a run if it has this version, otherwise builds it. Simultaneous calls share the result. */
    get(run: string, version: string, build: () => Promise<string>): Promise<string> {
      const known = pages.get(run);
      const page = known?.version === version ? known : { version, text: build() };
      const drop = () => {
        if (pages.get(run) === page) pages.delete(run);
      };
      if (page !== known) page.text.then((text) => text.length > longestKept && drop(), drop);
      // Moves the page to the end of the order, because it was requested last.
      pages.delete(run);
      pages.set(run, page);
      if (pages.size > keptPages) pages.delete(pages.keys().next().value as string);
      return page.text;
    },
    /** Drops the page of a run whose jobs changed, which its version may not reflect. A page in progress is no longer shared either. */
    delete: (run: string) => pages.delete(run),
    clear: () => pages.clear(),
  };
}
