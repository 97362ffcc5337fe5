import { useEffect, useState } from 'react';
import { Copy } from './Copy.tsx';

/** A value as YAML, which can be downloaded as a file called `name`; `label` is for screen readers. The printer is loaded on first use. */
export function Yaml({ value, name, label }: { value: Record<string, unknown>; name: string; label: string }) {
  const [text, setText] = useState<string | null>(null);
  useEffect(() => {
    let shown = true;
    void import('yaml').then(({ stringify }) => {
      if (shown) setText(stringify(value, { lineWidth: 0, aliasDuplicateObjects: false }));
    });
    return () => {
      shown = false;
    };
  }, [value]);
  if (text === null) {
    return (
      <p className="state" aria-busy="true">
        Loading…
      </p>
    );
  }
  const file = `data:text/yaml;charset=utf-8,${encodeURIComponent(text)}`;
  return (
    <>
      <p className="line">
        <Copy text={text} label="configuration" />
        <a href={file} download={`${name}.yaml`}>
          download
        </a>
      </p>
      <pre tabIndex={0} role="region" aria-label={label}>
        {text}
      </pre>
    </>
  );
}
