import type { ReactNode } from 'react';

/** A row of a list on a narrow screen; contains `MobileLine`s. */
export function MobileRow({ children }: { children: ReactNode }) {
  return <div className="two-lines">{children}</div>;
}

/** A line of such a row; `end` is aligned to the right. */
export function MobileLine({ children, end, className }: { children: ReactNode; end?: ReactNode; className?: string }) {
  return (
    <div className={className ? `two-lines-line ${className}` : 'two-lines-line'}>
      {children}
      {end && <span className="two-lines-end">{end}</span>}
    </div>
  );
}
