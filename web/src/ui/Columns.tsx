import { Icon } from './Icon.tsx';
import { Popover } from './Popover.tsx';

interface ColumnChooserProps {
  /** Every column there is. */
  columns: readonly { id: string; title: string }[];
  /** The ids of those that are shown, in order. */
  shown: readonly string[];
  onChange: (shown: string[]) => void;
}

/** A menu of columns to show. */
export function ColumnChooser({ columns, shown, onChange }: ColumnChooserProps) {
  const toggle = (id: string) =>
    // In the order of the list of all, wherever they were before.
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
