import { useCallback, useSyncExternalStore } from 'react';

/** The width below which rows have two lines and panes cover the page, in pixels. */
const phone = 800;

/** Whether the window is narrower than `width` pixels. */
export function useNarrow(width = phone): boolean {
  const media = `(max-width: ${width - 0.1}px)`;
  const subscribe = useCallback(
    (listener: () => void) => {
      const list = matchMedia(media);
      list.addEventListener('change', listener);
      return () => list.removeEventListener('change', listener);
    },
    [media],
  );
  return useSyncExternalStore(subscribe, () => matchMedia(media).matches);
}
