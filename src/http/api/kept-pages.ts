/** Pages that are kept, and the longest text of one: 20 MB together. A run of 5,000 jobs has 1,750,000 characters. */
const keptPages = 10;
const longestKept = 2_000_000;

/**
 * The pages of the runs that were asked for last. Fifty people who watch a run of 500 jobs read it again every two seconds
 * and within the same moment. Made for each of them, at 50 ms, the pages would take more than one processor.
 */
export function createKeptPages() {
  const pages = new Map<string, { version: string; text: Promise<string> }>();
  return {
    /** The page of a run when it has this version, otherwise the one that `build` makes; simultaneous calls share it. */
    get(run: string, version: string, build: () => Promise<string>): Promise<string> {
      const known = pages.get(run);
      const page = known?.version === version ? known : { version, text: build() };
      const drop = () => {
        if (pages.get(run) === page) pages.delete(run);
      };
      if (page !== known) page.text.then((text) => text.length > longestKept && drop(), drop);
      // To the end of the order: it is the last one that was asked for.
      pages.delete(run);
      pages.set(run, page);
      if (pages.size > keptPages) pages.delete(pages.keys().next().value as string);
      return page.text;
    },
    /** For a run whose jobs changed, which its version may not show. A page that is being built is no longer shared either. */
    delete: (run: string) => pages.delete(run),
    clear: () => pages.clear(),
  };
}
