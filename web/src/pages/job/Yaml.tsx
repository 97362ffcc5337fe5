import { useEffect, useState } from 'react';
import { Copy } from '../../ui/Copy.tsx';

/** A job as it was configured; the printer comes when it is needed. */
export function Yaml({ value, name }: { value: Record<string, unknown>; name: string }) {
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
        Reading …
      </p>
    );
  }
  const file = `data:text/yaml;charset=utf-8,${encodeURIComponent(text)}`;
  return (
    <div className="body">
      <p className="line">
        <Copy text={text} label="configuration" />
        <a href={file} download={`${name}.yaml`}>
          download
        </a>
      </p>
      <pre tabIndex={0} role="region" aria-label="Configuration of the job">
        {text}
      </pre>
    </div>
  );
}
