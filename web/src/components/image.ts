import { useEffect, useState } from 'react';

import { fetchAsCaller, isSignedIn } from '../api/session';

export interface Loaded {
  url?: string;
  size?: readonly [number, number];
  failed: boolean;
}

const NOTHING: Loaded = { failed: false };

/** Load a picture in the caller's name. While the next one loads, the one before stays, so that nothing flickers. */
export function useImage(asked: string | undefined): Loaded {
  const [loaded, setLoaded] = useState<Loaded>(NOTHING);
  useEffect(() => {
    if (asked === undefined) return undefined;
    const abort = new AbortController();
    let made: string | undefined;
    const load = async () => {
      let url = asked;
      // An image element cannot say who asks.
      if (isSignedIn()) {
        const answered = await fetchAsCaller(asked, { signal: abort.signal });
        if (!answered.ok) throw new Error(`the picture answered ${answered.status}`);
        url = made = URL.createObjectURL(await answered.blob());
      }
      const image = new Image();
      image.src = url;
      await image.decode();
      if (!abort.signal.aborted) setLoaded({ url, size: [image.naturalWidth, image.naturalHeight], failed: false });
    };
    load().catch(() => {
      if (!abort.signal.aborted) setLoaded((before) => ({ ...before, failed: true }));
    });
    return () => {
      abort.abort();
      const old = made;
      // The picture is still shown until the next one is there.
      if (old !== undefined) setTimeout(() => URL.revokeObjectURL(old), 5_000);
    };
  }, [asked]);
  return loaded;
}
