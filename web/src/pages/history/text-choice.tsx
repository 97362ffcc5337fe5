import { useEffect, useId, useState } from 'react';

interface ChoiceProps {
  label: string;
  value: string;
  values: { value: string; count: number }[] | undefined;
  placeholder?: string;
  onChange: (value: string) => void;
}

/** A text input that offers the most frequent values and accepts any other. */
export function TextChoice({ label, value, values = [], placeholder = '', onChange }: ChoiceProps) {
  const [text, setText] = useState(value);
  const list = useId();
  useEffect(() => setText(value), [value]);
  const type = (next: string) => {
    setText(next);
    // Typing makes many changes, so only a value from the list is applied at once.
    if (values.some((known) => known.value === next)) onChange(next);
  };
  return (
    <label>
      {label}{' '}
      <input
        value={text}
        list={list}
        placeholder={placeholder}
        size={Math.min(34, Math.max(14, text.length))}
        onChange={(event) => type(event.target.value)}
        onFocus={(event) => event.target.select()}
        onBlur={() => text !== value && onChange(text)}
        onKeyDown={(event) => event.key === 'Enter' && onChange(text)}
      />
      <datalist id={list}>
        {values.map((known) => (
          <option key={known.value} value={known.value}>
            {known.count} runs
          </option>
        ))}
      </datalist>
    </label>
  );
}
