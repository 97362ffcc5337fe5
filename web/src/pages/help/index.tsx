import { queryKeys } from '../../../../src/core/query.ts';
import { root, useTitle } from '../../lib/address.ts';
import { zoneName } from '../../lib/format.ts';
import { usePreferences } from '../../lib/preferences.ts';
import { Table } from '../../ui/Table.tsx';

const keys: [string, string][] = [
  ['j k ↓ ↑', 'next and previous row'],
  ['Home End PgUp PgDn', 'first and last row, a page up and down'],
  ['o Enter', 'open the row or the group'],
  ['→ ←', 'expand and collapse a group'],
  ['[ ]', 'move to the list, to the details'],
  ['/', 'move to the filter; Esc closes the suggestions, then leaves it'],
  ['n p', 'next and previous undecided cause'],
  ['t', 'decide on the cause; Enter saves and goes to the next one, Esc closes the form'],
  ['T', 'accept the proposed decisions for the whole band'],
  ['u', 'undo the last decision, for ten seconds'],
  ['r', 'review the run when all causes are decided'],
  ['e E', 'expand all causes, collapse all'],
  ['1 2 3 4', 'tabs of a run or a job'],
  ['/ n e', 'in a log: find, next match, next error'],
  ['f a', 'show only failures, show all jobs'],
  ['c', 'compare with the previous run; compare two marked runs'],
  ['h l', 'open the history, the log of the selected job'],
  ['x', 'mark a run for comparison, a job or all jobs of a cause to rerun'],
  ['y m, y t', 'copy the report as Markdown, as Textile'],
  ['y u, y d, y r', 'copy the link, the description, the failure reason'],
  ['.', 'show pending updates'],
  ['g r, g h, g q, g n', 'go to runs, history, queue, nodes'],
  ['Ctrl K, ⌘ K', 'jump to a run, job, node, branch or command'],
  ['D U', 'switch the theme, switch between local time and UTC'],
  ['?', 'this page'],
];

const forms: [string, string][] = [
  ['s:fail,dead', 'any of these'],
  ['-s:pass', 'not this'],
  ['branch:wip-*', 'a pattern; * matches any text'],
  ['dur:>2h  prio:<100', 'more than, less than'],
  ['scheduled:2026-11-20..2026-11-22', 'a range; either end can be left out'],
  ['scheduled:today  updated:>2d', 'a day; less than two days ago'],
  ['cause:none', 'without a value'],
  ['"read error"', 'this text anywhere in a job'],
];

/** The keyboard shortcuts and the filter language. */
export default function Help() {
  useTitle('Help');
  const { zone } = usePreferences();
  return (
    <div className="document">
      <h1>Help</h1>
      <h2>Keyboard shortcuts</h2>
      <Pairs titles={['Key', 'Action']} rows={keys} />
      <h2>Filters</h2>
      <p>
        Terms are separated by spaces, and all of them must match. Click a value to add it to the filter, Alt-click it
        to exclude it, or Shift-click it to replace the other values of its key.
      </p>
      <Pairs titles={['Write', 'Meaning']} rows={forms} />
      <p>
        Days and times in filters are in {zoneName(zone)}, like the times that the dashboard shows. <kbd>U</kbd>{' '}
        switches between local time and UTC.
      </p>
      <h2>Filter keys</h2>
      <Table titles={['Key', 'Meaning', 'Applies to', 'Example']}>
        {Object.entries(queryKeys).map(([key, { short, on, help, example }]) => (
          <tr key={key}>
            <td className="mono">{[key, ...short].join(', ')}</td>
            <td>{help}</td>
            <td>{on.join(', ')}</td>
            <td className="mono">{example}</td>
          </tr>
        ))}
      </Table>
      <p>
        Programs get the same data from <a href={`${root}/api/docs`}>the API</a>.
      </p>
    </div>
  );
}

function Pairs({ titles, rows }: { titles: [string, string]; rows: [string, string][] }) {
  return (
    <Table titles={titles}>
      {rows.map(([name, meaning]) => (
        <tr key={name}>
          <td className="mono">{name}</td>
          <td>{meaning}</td>
        </tr>
      ))}
    </Table>
  );
}
