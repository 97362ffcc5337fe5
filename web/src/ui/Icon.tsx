import type { ReactNode } from 'react';

const shapes = {
  copy: (
    <>
      <rect x="5" y="5" width="7.5" height="7.5" rx="1.5" />
      <path d="M9 5V3A1.5 1.5 0 0 0 7.5 1.5H3A1.5 1.5 0 0 0 1.5 3V7.5A1.5 1.5 0 0 0 3 9H5" />
    </>
  ),
  close: <path d="M3 3 11 11M11 3 3 11" />,
  moon: <path d="M12 8.4A5.4 5.4 0 1 1 5.6 2 4.3 4.3 0 0 0 12 8.4Z" />,
  sun: (
    <>
      <circle cx="7" cy="7" r="2.6" />
      <path d="M7 1V2.2M7 11.8V13M1 7H2.2M11.8 7H13M2.8 2.8 3.6 3.6M10.4 10.4 11.2 11.2M2.8 11.2 3.6 10.4M10.4 3.6 11.2 2.8" />
    </>
  ),
  search: (
    <>
      <circle cx="6" cy="6" r="4" />
      <path d="M9 9 12.5 12.5" />
    </>
  ),
  columns: <path d="M2 2.5H12V11.5H2ZM5.3 2.5V11.5M8.7 2.5V11.5" />,
  out: <path d="M8 2H12V6M12 2 6.5 7.5M11 8.5V11.5H2.5V3H5.5" />,
} satisfies Record<string, ReactNode>;

/** A 14 px icon beside or instead of a word. It has no accessible name. */
export function Icon({ name }: { name: keyof typeof shapes }) {
  return (
    <svg className="icon" viewBox="0 0 14 14" width="14" height="14" aria-hidden="true">
      {shapes[name]}
    </svg>
  );
}
