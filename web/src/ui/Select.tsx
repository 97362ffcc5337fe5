interface SelectProps {
  label: string;
  value: string;
  values: readonly string[];
  /** How a value is shown, if not as it is. */
  print?: (value: string) => string;
  onChange: (value: string) => void;
  className?: string;
}

/** A choice among texts; a value that is none of them, which an address may have, comes first. */
export function Select({ label, value, values, print = String, onChange, className }: SelectProps) {
  return (
    <label className={className}>
      {label}{' '}
      <select value={value} onChange={(event) => onChange(event.target.value)}>
        {(values.includes(value) ? values : [value, ...values]).map((one) => (
          <option key={one} value={one}>
            {print(one)}
          </option>
        ))}
      </select>
    </label>
  );
}
