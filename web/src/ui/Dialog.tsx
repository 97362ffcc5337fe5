import { type ReactNode, useEffect, useId, useRef, useState } from 'react';
import { Button } from './Button.tsx';
import { Icon } from './Icon.tsx';

interface DialogProps {
  open: boolean;
  title: string;
  onClose: () => void;
  children: ReactNode;
  /** Hides the title, which still names the dialog for screen readers. */
  bare?: boolean;
}

/** A modal dialog, based on the native element. It traps the focus, closes on Esc and returns the focus. */
export function Dialog({ open, title, onClose, children, bare = false }: DialogProps) {
  const element = useRef<HTMLDialogElement>(null);
  const titleId = useId();
  useEffect(() => {
    const dialog = element.current;
    if (dialog === null || dialog.open === open) return;
    if (open) dialog.showModal();
    else dialog.close();
  }, [open]);
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: Esc closes it; a click outside does too.
    <dialog
      ref={element}
      className={bare ? 'dialog dialog-bare' : 'dialog'}
      aria-labelledby={titleId}
      onClose={onClose}
      onClick={(event) => event.target === element.current && onClose()}
    >
      {open && (
        <div className="dialog-body">
          <div className={bare ? 'hidden' : 'dialog-head'}>
            <h2 id={titleId}>{title}</h2>
            {!bare && (
              <button type="button" className="icon-button" aria-label="Close" onClick={onClose}>
                <Icon name="close" />
              </button>
            )}
          </div>
          {children}
        </div>
      )}
    </dialog>
  );
}

interface DialogButtonProps {
  label: string;
  title: string;
  /** Whether the button is shown. An open dialog stays open. */
  isOffered?: boolean;
  children: ReactNode;
}

/** A button that opens a dialog. */
export function DialogButton({ label, title, isOffered = true, children }: DialogButtonProps) {
  const [open, setOpen] = useState(false);
  return (
    <>
      {isOffered && <Button onClick={() => setOpen(true)}>{label}</Button>}
      <Dialog open={open} title={title} onClose={() => setOpen(false)}>
        {children}
      </Dialog>
    </>
  );
}
