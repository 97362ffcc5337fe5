import { useCallback, useSyncExternalStore } from 'react';

/** Below this width in pixels, rows have two lines and panes cover the page, unless the window is short. */
const phone = '(max-width: 799.9px) and (min-height: 520px)';

/** In lower windows, for example at a zoom of 200 %, rows have one line, so that more of a list is visible. */
const short = '(max-height: 519.9px)';

/** Whether the window has the size of a phone, or is narrower than `width` pixels. */
export function useNarrow(width?: number): boolean {
  return useMedia(width === undefined ? phone : `(max-width: ${width - 0.1}px)`);
}

/** Whether the window is so low that headings must leave room for rows. */
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
