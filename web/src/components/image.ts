import { useEffect, useState } from 'react';

interface Loaded {
  asked: string;
  url?: string;
  size?: readonly [number, number];
  failed: boolean;
}

/** Load a picture. While the next one loads, the one before stays, so that nothing flickers. */
export function useImage(asked: string): { url?: string; size?: readonly [number, number]; failed: boolean } {
  const [loaded, setLoaded] = useState<Loaded>({ asked: '', failed: false });
  useEffect(() => {
    let wanted = true;
    const image = new Image();
    image.onload = () => {
      if (wanted) setLoaded({ asked, url: asked, size: [image.naturalWidth, image.naturalHeight], failed: false });
    };
    image.onerror = () => {
      if (wanted) setLoaded((before) => ({ ...before, asked, failed: true }));
    };
    image.src = asked;
    return () => {
      wanted = false;
    };
  }, [asked]);
  return loaded;
}
