import { plural } from '../lib/format.ts';
import { useKeys } from '../lib/keys.ts';

/** The button that applies the updates that were held back because they would move rows. The key "." does the same. */
export function UpdatesPill({ waiting, onApply }: { waiting: number; onApply: () => void }) {
  useKeys({ '.': onApply }, waiting > 0);
  return (
    <span className="pill-place">
      {waiting > 0 && (
        <button type="button" className="pill" onClick={onApply}>
          <span aria-hidden="true">▴ </span>
          {plural(waiting, 'update')} <kbd>.</kbd>
        </button>
      )}
    </span>
  );
}
