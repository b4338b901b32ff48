import { useEffect, useRef, useState, type RefObject } from 'react';

/** The height of an element, as it changes. */
export function useHeight(): [RefObject<HTMLDivElement | null>, number] {
  const box = useRef<HTMLDivElement>(null);
  const [height, setHeight] = useState(480);
  useEffect(() => {
    if (box.current === null) return undefined;
    const observer = new ResizeObserver(([entry]) => {
      if (entry) setHeight(Math.floor(entry.contentRect.height));
    });
    observer.observe(box.current);
    return () => observer.disconnect();
  }, []);
  return [box, height];
}
