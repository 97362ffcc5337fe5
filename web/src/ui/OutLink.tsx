import { type JobLink, safeHref } from '../../../src/core/paths.ts';

/** A link that a client reported; nothing if a browser must not follow it. */
export function OutLink({ name, href, label }: JobLink & { label?: string }) {
  const safe = safeHref(href);
  if (safe === null) return null;
  return (
    <a href={safe} rel="noopener" aria-label={label}>
      {name}
    </a>
  );
}
