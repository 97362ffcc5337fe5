import type { KeyboardEvent } from 'react';

interface TabsProps {
  /** The labels of the tabs by id. */
  tabs: Readonly<Record<string, string>>;
  current: string;
  onPick: (id: string) => void;
}

/** A row of tabs; the arrow keys move between them. */
export function Tabs({ tabs, current, onPick }: TabsProps) {
  const ids = Object.keys(tabs);
  const onKeyDown = (event: KeyboardEvent<HTMLElement>) => {
    const step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
    if (step === 0) return;
    event.preventDefault();
    const next = ids.at((ids.indexOf(current) + step) % ids.length) ?? current;
    onPick(next);
    event.currentTarget.parentElement?.querySelector<HTMLElement>(`[data-tab="${next}"]`)?.focus();
  };
  return (
    <div role="tablist" className="tabs">
      {Object.entries(tabs).map(([id, label]) => (
        <button
          key={id}
          type="button"
          role="tab"
          className="tab"
          data-tab={id}
          aria-selected={id === current}
          tabIndex={id === current ? 0 : -1}
          onKeyDown={onKeyDown}
          onClick={() => onPick(id)}
        >
          {label}
        </button>
      ))}
    </div>
  );
}
