import { type ReactNode, useEffect, useId, useRef, useState } from 'react';
import { useUrlState } from '../lib/address.ts';
import { Button } from './Button.tsx';
import { Choices } from './Choices.tsx';
import { printColumns, shownColumns } from './grid-columns.ts';
import { Icon } from './Icon.tsx';

interface PopoverProps {
  /** The content of the button. */
  label: ReactNode;
  /** The name of a button that shows only an icon. */
  title?: string;
  className?: string;
  children: ReactNode | ((close: () => void) => ReactNode);
}

/** A button that opens a panel, based on the native popover: a click outside and Esc close it. */
export function Popover({ label, title, className = 'button', children }: PopoverProps) {
  const id = useId();
  const [open, setOpen] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  const panel = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const element = panel.current;
    if (element === null) return;
    const onToggle = (event: Event) => setOpen((event as ToggleEvent).newState === 'open');
    element.addEventListener('toggle', onToggle);
    return () => element.removeEventListener('toggle', onToggle);
  }, []);
  useEffect(() => {
    if (open) place(button.current, panel.current);
  }, [open]);
  const close = () => panel.current?.hidePopover();
  return (
    <>
      <button
        ref={button}
        type="button"
        className={className}
        popoverTarget={id}
        aria-expanded={open}
        aria-label={title}
        title={title}
      >
        {label}
      </button>
      <div ref={panel} id={id} popover="auto" className="popover">
        {open && (typeof children === 'function' ? children(close) : children)}
      </div>
    </>
  );
}

/** Places the panel below the button and inside the window. CSS anchor positioning is not available in all browsers yet. */
function place(button: HTMLElement | null, panel: HTMLElement | null): void {
  if (button === null || panel === null) return;
  const from = button.getBoundingClientRect();
  const { width, height } = panel.getBoundingClientRect();
  const left = Math.max(4, Math.min(from.left, innerWidth - width - 4));
  const below = from.bottom + 4 + height <= innerHeight || from.top < height;
  panel.style.left = `${left}px`;
  panel.style.top = `${below ? from.bottom + 4 : from.top - 4 - height}px`;
  if (below) panel.style.maxHeight = `${innerHeight - from.bottom - 8}px`;
}

interface MenuProps {
  label: string;
  title: string;
  items: readonly (readonly [name: string, run: () => void])[];
}

/** A button that opens a list of actions. */
export function Menu({ label, title, items }: MenuProps) {
  return (
    <Popover label={label} title={title}>
      {(close) => (
        <div className="menu">
          {items.map(([name, run]) => (
            <Button
              key={name}
              onClick={() => {
                run();
                close();
              }}
            >
              {name}
            </Button>
          ))}
        </div>
      )}
    </Popover>
  );
}

/** A menu that shows and hides columns; `cols=` in the URL holds the choice. */
export function ColumnChooser({ columns }: { columns: readonly { id: string; title: string; hidden?: boolean }[] }) {
  const [cols, setCols] = useUrlState('cols', '');
  const shown = shownColumns(columns, cols).flatMap(({ id, hidden }) => (hidden ? [] : [id]));
  const toggle = (id: string) => {
    const next = columns.map((column) => column.id).filter((each) => (each === id) !== shown.includes(each));
    setCols(printColumns(columns, next));
  };
  return (
    <Popover label={<Icon name="columns" />} title="Columns" className="icon-button">
      <Choices legend="Columns" options={columns.map(({ id, title }) => [id, title])} chosen={shown} onPick={toggle} />
    </Popover>
  );
}
