import { type ReactNode, useId } from 'react';

interface ChoicesProps<Value> {
  legend: string;
  options: readonly (readonly [value: Value, label: ReactNode])[];
  /** The chosen values; a single value if only one can be chosen. */
  chosen: Value | readonly Value[];
  onPick: (value: Value) => void;
  disabled?: (value: Value) => boolean;
  className?: string;
}

/** Check boxes, or buttons of which one is pressed. */
export function Choices<Value>({ legend, options, chosen, onPick, disabled, className = '' }: ChoicesProps<Value>) {
  const name = useId();
  const isMany = Array.isArray(chosen);
  return (
    <fieldset className={`choices ${className}`}>
      <legend>{legend}</legend>
      {options.map(([value, label]) => (
        <label key={String(value)} className="choice">
          <input
            type={isMany ? 'checkbox' : 'radio'}
            name={name}
            disabled={disabled?.(value)}
            checked={isMany ? chosen.includes(value) : chosen === value}
            onChange={() => onPick(value)}
          />{' '}
          {label}
        </label>
      ))}
    </fieldset>
  );
}

interface SelectProps {
  label: string;
  value: string;
  values: readonly string[];
  /** How to print a value, if not as it is. */
  print?: (value: string) => string;
  onChange: (value: string) => void;
  className?: string;
}

/** A choice among texts. If the value is not one of them, which is possible with a value from the URL, it is listed first. */
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
