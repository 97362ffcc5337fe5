import { useCallback, useSyncExternalStore } from 'react';

/** The width below which rows have two lines and panes cover the page, in pixels, unless the window is short. */
const phone = '(max-width: 799.9px) and (min-height: 520px)';

/** Lower windows, as those of pages at twice their size, show what they can of a list: rows have one line. */
const short = '(max-height: 519.9px)';

/** Whether the window is that of a phone, or narrower than `width` pixels. */
export function useNarrow(width?: number): boolean {
  return useMedia(width === undefined ? phone : `(max-width: ${width - 0.1}px)`);
}

/** Whether the window is so low that headings have to make room for rows. */
export function useShort(): boolean {
  return useMedia(short);
}

function useMedia(media: string): boolean {
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
