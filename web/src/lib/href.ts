/** The address when a browser may follow it (http and https only), else undefined: addresses come from clients. */
export function safeHref(href: string | null | undefined): string | undefined {
  return href && /^https?:\/\//i.test(href) ? href : undefined;
}
