/** A text in which Markdown finds nothing special, and which stays in its line. */
export function escapeMarkdown(text: string): string {
  return text.replace(/\s+/g, ' ').replace(/[\\`*_{}[\]()<>#+!|~&@$^:=-]/g, (character) => `\\${character}`);
}
