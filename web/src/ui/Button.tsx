import type { ComponentProps } from 'react';

/** A button with a word. */
export function Button(props: ComponentProps<'button'>) {
  return <button type="button" className="button" {...props} />;
}
