/** The row of the titles of a table. */
export function Heads({ titles }: { titles: readonly string[] }) {
  return (
    <tr>
      {titles.map((title) => (
        <th key={title} scope="col">
          {title}
        </th>
      ))}
    </tr>
  );
}
