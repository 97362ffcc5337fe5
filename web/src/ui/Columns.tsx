import { Icon } from './Icon.tsx';
import { Popover } from './Popover.tsx';

interface ColumnChooserProps {
  /** All columns. */
  columns: readonly { id: string; title: string }[];
  /** The ids of the visible columns, in order. */
  shown: readonly string[];
  onChange: (shown: string[]) => void;
}

/** A menu that shows and hides columns. */
export function ColumnChooser({ columns, shown, onChange }: ColumnChooserProps) {
  const toggle = (id: string) =>
    // Always in the order of `columns`.
    onChange(columns.map((column) => column.id).filter((each) => (each === id) !== shown.includes(each)));
  return (
    <Popover label={<Icon name="columns" />} title="Columns" className="icon-button">
      <fieldset className="choices">
        <legend>Columns</legend>
        {columns.map(({ id, title }) => (
          <label key={id} className="choice">
            <input type="checkbox" checked={shown.includes(id)} onChange={() => toggle(id)} /> {title}
          </label>
        ))}
      </fieldset>
    </Popover>
  );
}
