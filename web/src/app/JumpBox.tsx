/** The jump box (Ctrl+K): finds runs, jobs, nodes, branches, suites, sha1s and causes by a few letters, and runs commands. */
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { type KeyboardEvent, useDeferredValue, useState } from 'react';
import { useLocation } from 'wouter';
import { apiPath, pagePath, readReference } from '../../../src/core/paths.ts';
import type { SearchResults } from '../../../src/http/api/lists.ts';
import { fetchApi } from '../lib/api.ts';
import { copyWithToast } from '../ui/Copy.tsx';
import { Dialog } from '../ui/Dialog.tsx';
import { places } from './router.tsx';
import { switchTheme, switchZone } from './switches.ts';

interface Choice {
  id: string;
  kind: string;
  label: string;
  detail: string;
  run: () => void;
}

/** The dialog. It clears its text when it closes. */
export function JumpBox({ open, onClose }: { open: boolean; onClose: () => void }) {
  return (
    <Dialog open={open} title="Jump to" onClose={onClose} bare>
      <JumpForm onClose={onClose} />
    </Dialog>
  );
}

function JumpForm({ onClose }: { onClose: () => void }) {
  const [, navigate] = useLocation();
  const [text, setText] = useState('');
  const [active, setActive] = useState(0);
  const { choices, message } = useChoices(useDeferredValue(text.trim()), navigate);
  const chosen = Math.min(active, choices.length - 1);
  const take = (choice: Choice | undefined) => {
    if (choice === undefined) return;
    onClose();
    choice.run();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Enter') take(choices[chosen]);
    else if (event.key === 'ArrowDown') setActive(Math.min(chosen + 1, choices.length - 1));
    else if (event.key === 'ArrowUp') setActive(Math.max(chosen - 1, 0));
    else return;
    event.preventDefault();
  };
  return (
    <div className="jump">
      <input
        type="text"
        role="combobox"
        className="jump-input"
        aria-label="Jump to a run, job, node, branch, suite, sha1 or cause"
        aria-expanded={choices.length > 0}
        aria-controls="jump-list"
        aria-activedescendant={choices.length > 0 ? `jump-${chosen}` : undefined}
        placeholder="run, job id, node, branch, sha1, words of a failure, or a pasted URL"
        autoComplete="off"
        spellCheck={false}
        // biome-ignore lint/a11y/noAutofocus: the dialog is opened to type into it.
        autoFocus
        value={text}
        onChange={(event) => {
          setText(event.target.value);
          setActive(0);
        }}
        onKeyDown={onKeyDown}
      />
      <div role="listbox" id="jump-list" aria-label="Places and commands" className="jump-list">
        {choices.map((choice, index) => (
          <div
            key={choice.id}
            id={`jump-${index}`}
            role="option"
            tabIndex={-1}
            className="suggestion"
            aria-selected={index === chosen}
            onPointerDown={(event) => event.preventDefault()}
            onClick={() => take(choice)}
            onKeyDown={onKeyDown}
          >
            <span className="jump-kind quiet cut">{choice.kind}</span>
            <span className="mono cut jump-label">{choice.label}</span>
            <span className="quiet cut">{choice.detail}</span>
          </div>
        ))}
      </div>
      <p className="jump-message quiet" role="status">
        {message}
      </p>
    </div>
  );
}

/** The choices for a text, and a message if there are none. */
function useChoices(text: string, navigate: (path: string) => void): { choices: Choice[]; message: string } {
  const { data, error, isFetching, isPlaceholderData } = useQuery({
    queryKey: ['search', text],
    queryFn: ({ signal }) => fetchApi<SearchResults>(apiPath.search(text), signal),
    enabled: text !== '',
    placeholderData: keepPreviousData,
    retry: false,
  });
  const pasted = pastedPath(text);
  const address: Choice[] =
    pasted === null ? [] : [{ id: pasted, kind: 'address', label: pasted, detail: '', run: () => navigate(pasted) }];
  const found = (text === '' ? [] : (data?.items ?? []))
    .filter(({ path }) => path !== pasted)
    .map((item): Choice => ({ ...item, id: `${item.kind} ${item.path}`, run: () => navigate(item.path) }));
  const matching = commands(navigate).filter(({ label }) => label.toLowerCase().includes(text.toLowerCase()));
  const choices = [...address, ...found, ...matching];
  const waits = isFetching || isPlaceholderData;
  return { choices, message: choices.length > 0 || waits ? '' : (error?.message ?? `Nothing matches “${text}”.`) };
}

/** The page for a pasted URL of a log or of another dashboard; null for anything else, which the server looks up. */
function pastedPath(text: string): string | null {
  const found = readReference(text);
  if (found?.kind !== 'run' || !/^https?:/i.test(text)) return null;
  return found.jobId === null ? pagePath.run(found.run) : pagePath.job(found.run, found.jobId);
}

type Command = [label: string, keys: string, run: () => void];

function commands(navigate: (path: string) => void): Choice[] {
  const all: Command[] = [
    ...places.map(([title, keys, path]): Command => [title, keys, () => navigate(path)]),
    ['Copy a link to this page', '', () => void copyWithToast(location.href, 'the link')],
    ['Switch between light and dark', 'D', switchTheme],
    ['Switch between local time and UTC', 'U', switchZone],
    ['Notifications', '', () => navigate(pagePath.notifications())],
    ['Settings', '', () => navigate(pagePath.settings())],
    ['Help: keyboard shortcuts and filters', '?', () => navigate(pagePath.help())],
  ];
  return all.map(([label, detail, run]) => ({ id: label, kind: 'command', label, detail, run }));
}
