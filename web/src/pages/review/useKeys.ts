import { useEffect } from 'react';

/** Single keys act on a page, unless somebody is typing or something else `waits` for an answer. */
export function useKeys(onKey: (key: string) => void, waits: boolean): void {
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      const typing = event.target instanceof HTMLElement && event.target.matches('input, textarea, select');
      if (typing || event.ctrlKey || event.metaKey || event.altKey || event.repeat || waits) return;
      onKey(event.key.toLowerCase());
    };
    document.addEventListener('keydown', press);
    return () => document.removeEventListener('keydown', press);
  });
}
