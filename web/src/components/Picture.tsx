import { useEffect, useRef, useState, type CSSProperties } from 'react';

import { useImage } from './image';

interface Props {
  /** Absent: there is none yet. */
  src: string | undefined;
  alt: string;
  missing: string;
  style?: CSSProperties;
}

/** A picture that is loaded once it is near the window, and says so where it is missing. */
export function Picture({ src, alt, missing, style }: Props) {
  const place = useRef<HTMLSpanElement>(null);
  const [near, setNear] = useState(false);
  const { url, failed } = useImage(near ? src : undefined);
  useEffect(() => {
    const element = place.current;
    if (element === null || near) return undefined;
    const observer = new IntersectionObserver(([entry]) => setNear(entry?.isIntersecting ?? false), { rootMargin: '200px' });
    observer.observe(element);
    return () => observer.disconnect();
  }, [near]);
  if (url === undefined || failed) {
    return (
      <span ref={place} className="thumb none" style={style}>
        {failed || src === undefined ? missing : null}
      </span>
    );
  }
  return <img className="thumb" src={url} alt={alt} style={style} />;
}
