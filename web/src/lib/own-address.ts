/** The address of a text if it is one of this server, so that no link can lead somebody who signs in elsewhere; otherwise null. */
export function ownAddress(text: string, origin: string): string | null {
  if (!text.startsWith('/') || !URL.canParse(text, origin)) return null;
  const { href, origin: found } = new URL(text, origin);
  return found === origin ? href : null;
}
