import { type CSSProperties, type KeyboardEvent, type PointerEvent, type ReactNode, useState } from 'react';
import { useKeys } from '../lib/keys.ts';
import { Icon } from './Icon.tsx';

const storageKey = 'paddles.pane';
const limits = { least: 320, most: 900 };

/**
 * Details beside a list; `label` names them for screen readers. The pane is resizable. It covers the list below 1,100 px and the page below 800
 * px. Esc closes it.
 */
export function Pane({ label, onClose, children }: { label: string; onClose: () => void; children: ReactNode }) {
  const [width, setWidth] = useState(storedWidth);
  useKeys({ Escape: onClose, ']': () => document.querySelector<HTMLElement>('.pane')?.focus() });
  const resize = (next: number) => {
    const within = Math.round(Math.max(limits.least, Math.min(limits.most, next)));
    setWidth(within);
    try {
      localStorage.setItem(storageKey, String(within));
    } catch {
      // Without storage, the width lasts as long as the pane is open.
    }
  };
  const onPointerMove = (event: PointerEvent<HTMLElement>) => {
    if (event.currentTarget.hasPointerCapture(event.pointerId)) resize(innerWidth - event.clientX);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const step = event.key === 'ArrowLeft' ? 20 : event.key === 'ArrowRight' ? -20 : 0;
    if (step === 0) return;
    event.preventDefault();
    resize(width + step);
  };
  return (
    <section className="pane" aria-label={label} style={{ '--pane': `${width}px` } as CSSProperties} tabIndex={-1}>
      <div
        role="separator"
        className="pane-edge"
        aria-orientation="vertical"
        aria-label="Width of the details"
        aria-valuenow={width}
        aria-valuemin={limits.least}
        aria-valuemax={limits.most}
        tabIndex={0}
        onPointerDown={(event) => event.currentTarget.setPointerCapture(event.pointerId)}
        onPointerMove={onPointerMove}
        onKeyDown={onKeyDown}
      />
      <div className="pane-body">
        <button type="button" className="icon-button pane-close" aria-label="Close details" onClick={onClose}>
          <Icon name="close" />
        </button>
        {children}
      </div>
    </section>
  );
}

function storedWidth(): number {
  try {
    const width = Number(localStorage.getItem(storageKey));
    return width >= limits.least && width <= limits.most ? width : 470;
  } catch {
    return 470;
  }
}
