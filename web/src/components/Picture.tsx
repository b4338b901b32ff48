import { useState, type CSSProperties } from 'react';

/** A picture that says so where it is missing. */
export function Picture({ src, alt, missing, style }: { src: string; alt: string; missing: string; style?: CSSProperties }) {
  const [failed, setFailed] = useState('');
  if (failed === src) {
    return (
      <span className="thumb none" style={style}>
        {missing}
      </span>
    );
  }
  return (
    <img className="thumb" src={src} alt={alt} style={style} loading="lazy" decoding="async" onError={() => setFailed(src)} />
  );
}
