/** The filter box: a text in the filter language, suggestions while typing, and the terms as chips below. */

import { type KeyboardEvent, type RefObject, useId, useRef, useState } from 'react';
import { parseQuery, type QueryTarget, termTexts } from '../../../src/core/query.ts';
import { removeTerm, withTerm } from '../../../src/core/query-print.ts';
import { useKeys } from '../lib/keys.ts';
import { Button } from './Button.tsx';
import { Icon } from './Icon.tsx';
import { filterAction, type Suggest, type Suggestion, useSuggestions } from './suggestions.ts';

interface FilterBoxProps {
  value: string;
  /** `replace` is set while typing, so that the back button undoes a filter and not a letter. */
  onChange: (value: string, options?: { replace?: boolean }) => void;
  target: QueryTarget;
  /** The values of a key with their counts, most frequent first. */
  suggest: Suggest;
  /** What the filter found: "37 of 500 jobs". */
  matched?: string;
}

const examples: Record<QueryTarget, string> = {
  runs: 'branch:wip-* s:fail',
  jobs: 's:fail os:rocky* "read error"',
  audit: 'action:lock target:smithi*',
};

export function FilterBox({ value, onChange, target, suggest, matched }: FilterBoxProps) {
  const input = useRef<HTMLInputElement>(null);
  const edit = useEdit(value, onChange);
  const list = useSuggestions(target, suggest);
  const listId = useId();
  useKeys({
    '/': () => {
      input.current?.focus();
      input.current?.select();
    },
  });
  const pick = (suggestion: Suggestion) => {
    const { text, caret } = list.apply(suggestion, edit.text);
    edit.type(text);
    moveCaret(input, caret);
    list.look(text, caret);
  };
  const onKeyDown = (event: KeyboardEvent<HTMLInputElement>) => {
    const action = filterAction(event.key, list);
    if (action === null) return;
    event.preventDefault();
    if (action === 'move') list.move(event.key === 'ArrowDown' ? 1 : -1);
    else if (action === 'pick') pick(list.items[list.active]!);
    else if (action === 'close') list.close();
    else if (action === 'leave') input.current?.blur();
    else {
      edit.finish(edit.text);
      list.close();
    }
  };
  const look = () => list.look(input.current?.value ?? '', input.current?.selectionStart ?? 0);
  return (
    <search className="filter">
      <div className="filter-line">
        <input
          ref={input}
          type="text"
          role="combobox"
          className="filter-input"
          aria-label={`Filter ${target}`}
          aria-expanded={list.items.length > 0}
          aria-controls={listId}
          aria-autocomplete="list"
          aria-activedescendant={list.active >= 0 ? `${listId}-${list.active}` : undefined}
          placeholder={`filter: ${examples[target]}`}
          autoComplete="off"
          autoCapitalize="off"
          spellCheck={false}
          value={edit.text}
          onChange={(event) => {
            edit.type(event.target.value);
            look();
          }}
          onClick={look}
          onKeyDown={onKeyDown}
          onBlur={() => {
            edit.finish(edit.text);
            list.close();
          }}
        />
        <kbd className="filter-key">/</kbd>
        <SuggestionList id={listId} items={list.items} active={list.active} onPick={pick} />
      </div>
      <FilterChips value={value} target={target} onChange={edit.finish} {...(matched && { matched })} />
    </search>
  );
}

function moveCaret(input: RefObject<HTMLInputElement | null>, caret: number): void {
  requestAnimationFrame(() => input.current?.setSelectionRange(caret, caret));
}

/**
 * The text while it is being edited. The first letter adds an entry to the browser's history and the others replace it, so that the previous
 * entry keeps the previous filter.
 */
function useEdit(value: string, onChange: FilterBoxProps['onChange']) {
  const [draft, setDraft] = useState<string | null>(null);
  const editing = useRef(false);
  const change = (text: string) => {
    if (text.trim() === value) return;
    onChange(text.trim(), { replace: editing.current });
    editing.current = true;
  };
  return {
    text: draft ?? value,
    type: (text: string) => {
      setDraft(text);
      change(text);
    },
    finish: (text: string) => {
      change(text);
      editing.current = false;
      setDraft(null);
    },
  };
}

interface SuggestionListProps {
  id: string;
  items: readonly Suggestion[];
  active: number;
  onPick: (suggestion: Suggestion) => void;
}

function SuggestionList({ id, items, active, onPick }: SuggestionListProps) {
  return (
    <div role="listbox" id={id} className="suggestions" aria-label="Suggestions" hidden={items.length === 0}>
      {items.map((item, index) => (
        <div
          key={item.text}
          id={`${id}-${index}`}
          role="option"
          tabIndex={-1}
          className="suggestion"
          aria-selected={index === active}
          // Handle this before the box loses the focus.
          onPointerDown={(event) => {
            event.preventDefault();
            onPick(item);
          }}
        >
          <span className="mono">{item.label}</span>
          <span className="quiet cut">{item.detail}</span>
        </div>
      ))}
    </div>
  );
}

/** The terms of a filter, each with a button that removes it. Invalid terms say why, and what may have been meant. */
function FilterChips({ value, target, onChange, matched }: Omit<FilterBoxProps, 'suggest'>) {
  const terms = termTexts(value);
  const { problems } = parseQuery(value, target);
  if (terms.length === 0 && !matched) return null;
  const problemOf = (text: string) => problems.find((problem) => problem.text === text);
  return (
    <div className="chips">
      {terms.map((text, index) => {
        const problem = problemOf(text);
        return (
          <span
            key={`${text} ${terms.indexOf(text) === index ? '' : index}`}
            className={problem ? 'chip chip-wrong' : 'chip'}
          >
            <span className="mono cut chip-text" title={text}>
              {text}
            </span>
            <button
              type="button"
              className="chip-remove"
              aria-label={`Remove ${text}`}
              title={`Remove ${text}`}
              onClick={() => onChange(removeTerm(value, index))}
            >
              <Icon name="close" />
            </button>
          </span>
        );
      })}
      {problems.map(({ text, message, suggestion }) => (
        <span key={`${text} ${message}`} className="chip-problem" role="status">
          {message}
          {suggestion && (
            <Button onClick={() => onChange(withTerm(value, terms.indexOf(text), suggestion))}>use {suggestion}</Button>
          )}
        </span>
      ))}
      {matched && (
        <span className="quiet matched" aria-live="polite">
          {matched}
        </span>
      )}
    </div>
  );
}
