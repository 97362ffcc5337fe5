import { type ReactNode, useId } from 'react';

interface ChoicesProps<Value> {
  legend: string;
  options: readonly (readonly [value: Value, label: ReactNode])[];
  /** What is chosen: several values, or one of which only one can be. */
  chosen: Value | readonly Value[];
  onPick: (value: Value) => void;
  disabled?: (value: Value) => boolean;
  className?: string;
}

/** Boxes to check, or buttons of which one is pressed. */
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
