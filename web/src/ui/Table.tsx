import type { ReactNode } from 'react';

/** A table with titles above its columns. */
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

/** A table of names and what is known of each; without those of which nothing is, which are null. */
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
