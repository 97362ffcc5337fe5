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

/** A command with a button that copies it. */
export function Command({ text, what }: { text: string; what: string }) {
  return (
    <p>
      <code className="command">{text}</code> <Copy text={text} label={what} />
    </p>
  );
}

/** Copies a text and returns whether that worked. Without HTTPS there is no clipboard API, but the old command still works. */
async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copyByCommand(text);
  }
}

function copyByCommand(text: string): boolean {
  const area = document.createElement('textarea');
  area.value = text;
  area.style.position = 'fixed';
  area.style.opacity = '0';
  // While a dialog is open, nothing outside it can be selected.
  const parent = document.querySelector('dialog[open]') ?? document.body;
  const focused = document.activeElement;
  parent.append(area);
  area.select();
  const done = document.execCommand('copy');
  area.remove();
  if (focused instanceof HTMLElement) focused.focus();
  return done;
}
