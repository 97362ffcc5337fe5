/** Keyboard shortcuts. Single keys are ignored in inputs and dialogs, and when they are switched off. */
import { useEffect, useLayoutEffect, useRef } from 'react';
import { preferences } from './preferences.ts';

/** A key as in `KeyboardEvent.key`, a sequence of two keys ("g r"), or a key with Ctrl or Cmd ("mod+k"). */
type Bindings = Record<string, (event: KeyboardEvent) => void>;

const scopes: { current: Bindings }[] = [];
const sequenceMs = 1200;
let first = { key: '', at: 0 };

/** Binds keys while the component is mounted; the last binding of a key wins. */
export function useKeys(bindings: Bindings, enabled = true): void {
  const scope = useRef(bindings);
  // A layout effect, so that a key that is pressed right away acts on the page as it is shown.
  useLayoutEffect(() => {
    scope.current = bindings;
  });
  useEffect(() => {
    if (!enabled) return;
    const entry = scope;
    scopes.unshift(entry);
    return () => {
      scopes.splice(scopes.indexOf(entry), 1);
    };
  }, [enabled]);
}

function onKeyDown(event: KeyboardEvent): void {
  if (event.defaultPrevented || event.isComposing || event.altKey) return;
  const withMod = event.ctrlKey || event.metaKey;
  const name = withMod ? `mod+${event.key.toLowerCase()}` : event.key;
  if (!withMod && !acts(event)) return;
  const sequence = performance.now() - first.at < sequenceMs ? `${first.key} ${name}` : '';
  const bound = find(sequence) ?? find(name);
  first = { key: '', at: 0 };
  if (bound !== undefined) {
    event.preventDefault();
    bound(event);
  } else if (scopes.some(({ current }) => Object.keys(current).some((key) => key.startsWith(`${name} `)))) {
    first = { key: name, at: performance.now() };
  }
}

function find(name: string): ((event: KeyboardEvent) => void) | undefined {
  if (name === '') return undefined;
  return scopes.find(({ current }) => name in current)?.current[name];
}

function acts({ key, target }: KeyboardEvent): boolean {
  if (key.length === 1 && !preferences().keys) return false;
  if (document.querySelector('dialog[open]') !== null) return false;
  // Esc closes only the topmost popover.
  if (key === 'Escape' && document.querySelector(':popover-open') !== null) return false;
  if (!(target instanceof HTMLElement)) return true;
  return !(target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));
}

addEventListener('keydown', onKeyDown);
