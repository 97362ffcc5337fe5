import type { ReactNode } from 'react';

/** A table with a title for each column. */
export function Table({ titles, children }: { titles: readonly string[]; children: ReactNode }) {
  return (
    <table className="facts">
      <thead>
        <tr>
          {titles.map((title) => (
            <th key={title} scope="col">
              {title}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>{children}</tbody>
    </table>
  );
}

/** A table of names and values. Rows with the value null are left out. */
export function Facts({ rows }: { rows: readonly (readonly [name: string, value: ReactNode])[] }) {
  return (
    <table className="facts">
      <tbody>
        {rows.map(([name, value]) =>
          value === null ? null : (
            <tr key={name}>
              <th scope="row">{name}</th>
              <td className="break">{value}</td>
            </tr>
          ),
        )}
      </tbody>
    </table>
  );
}
