import { queryKeys } from '../../../../src/core/query.ts';
import { useTitle } from '../../app/title.ts';

const keys: [string, string][] = [
  ['j k ↓ ↑', 'next and previous row'],
  ['Home End PgUp PgDn', 'further'],
  ['o Enter', 'open the row, or a group'],
  ['→ ←', 'into a group and out of it'],
  ['[ ]', 'to the list, to the details'],
  ['/', 'the filter; Esc closes suggestions, then clears, then leaves'],
  ['n N', 'next and previous cause'],
  ['e E', 'open all causes, close all'],
  ['1 2 3', 'tabs of a run'],
  ['f a', 'only failures, everything'],
  ['c', 'compare with the run before; two marked runs'],
  ['h l', 'the history, the log of the job in the details'],
  ['x', 'mark a run'],
  ['y m, y t', 'copy the report as Markdown, as Textile'],
  ['y u, y d, y r', 'copy the address, the description, the failure reason'],
  ['.', 'apply updates that wait'],
  ['g r, g h, g q, g n', 'to runs, history, queue, nodes'],
  ['Ctrl K, ⌘ K', 'jump to anything'],
  ['D U', 'other theme, other clock'],
  ['?', 'this page'],
];

const forms: [string, string][] = [
  ['s:fail,dead', 'one of these'],
  ['-s:pass', 'not this'],
  ['branch:wip-*', 'begins like this; * is anything'],
  ['dur:>2h  prio:<100', 'more, less'],
  ['scheduled:2026-11-20..2026-11-22', 'from, to; either end can be left out'],
  ['sig:none', 'has none'],
  ['"read error"', 'words anywhere in a job'],
];

/** The keys, and the language of the filter box. */
export default function Help() {
  useTitle('Help');
  return (
    <div className="document">
      <h1>Help</h1>
      <h2>Keys</h2>
      <Facts head={['Key', 'What it does']} rows={keys} />
      <h2>Filters</h2>
      <p>
        Terms between spaces must all hold. A click on a value adds it, with Alt excludes it, with Shift leaves only it.
      </p>
      <Facts head={['Write', 'Meaning']} rows={forms} />
      <h2>Keys of filters</h2>
      <table className="facts">
        <thead>
          <tr>
            <th scope="col">Key</th>
            <th scope="col">Of</th>
            <th scope="col">On</th>
            <th scope="col">Example</th>
          </tr>
        </thead>
        <tbody>
          {Object.entries(queryKeys).map(([key, { short, on, help, example }]) => (
            <tr key={key}>
              <td className="mono">{[key, ...short].join(', ')}</td>
              <td>{help}</td>
              <td>{on.join(', ')}</td>
              <td className="mono">{example}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <p>
        The same data for programs: <a href="/api/docs">the API</a>.
      </p>
    </div>
  );
}

function Facts({ head, rows }: { head: [string, string]; rows: [string, string][] }) {
  return (
    <table className="facts">
      <thead>
        <tr>
          {head.map((title) => (
            <th key={title} scope="col">
              {title}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map(([name, meaning]) => (
          <tr key={name}>
            <td className="mono">{name}</td>
            <td>{meaning}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
