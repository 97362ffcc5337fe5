import { useEffect } from 'react';

/** Sets the title of the document while the page is shown. */
export function useTitle(text: string): void {
  useEffect(() => {
    document.title = text === '' ? 'paddles' : `${text} · paddles`;
  }, [text]);
}
