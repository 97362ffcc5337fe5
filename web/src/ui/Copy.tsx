import { copyText } from '../lib/clipboard.ts';
import { Icon } from './Icon.tsx';
import { toast } from './Toast.tsx';

/** Copies a text and confirms it with a toast. */
export async function copyWithToast(text: string, what: string): Promise<void> {
  toast((await copyText(text)) ? `Copied ${what}` : `Could not copy ${what}`);
}

/** A small button that copies `text`; `label` names the text: "run name". */
export function Copy({ text, label }: { text: string; label: string }) {
  return (
    <button
      type="button"
      className="icon-button"
      aria-label={`Copy ${label}`}
      title={`Copy ${label}`}
      onClick={() => void copyWithToast(text, label)}
    >
      <Icon name="copy" />
    </button>
  );
}
