import type { ComponentProps } from 'react';

/** A button with a text label. */
export function Button(props: ComponentProps<'button'>) {
  return <button type="button" className="button" {...props} />;
}
