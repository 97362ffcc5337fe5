import { type JobLink, safeHref } from '../../../src/core/paths.ts';

/** A link that a client reported; nothing when it is not one that a browser may follow. */
export function OutLink({ name, href, label }: JobLink & { label?: string }) {
  const safe = safeHref(href);
  if (safe === null) return null;
  return (
    <a href={safe} rel="noopener" aria-label={label}>
      {name}
    </a>
  );
}
