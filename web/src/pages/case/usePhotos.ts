import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';

import { refreshCases } from '../../api/caseLists';
import type { Evidence } from '../../api/client';
import { photoKey, sendPhoto, type PhotoKind } from '../../api/photos';
import { faultOf, type PhotoFault } from '../../domain/photos';

/** A picture that was chosen, and how far it has got. */
export interface Photo {
  id: string;
  file: File;
  url: string;
  share?: number;
  error?: unknown;
  sent?: Evidence;
}

export interface Photos {
  list: readonly Photo[];
  /** Files that cannot be sent, and why. */
  faults: readonly { name: string; fault: PhotoFault }[];
  sending: boolean;
  add: (files: readonly File[]) => void;
  remove: (id: string) => void;
  /** Sends what has not been sent, and returns all that have gone. Throws at the first that is refused, and when cancelled. */
  send: (kind: PhotoKind, note: string) => Promise<Evidence[]>;
  /** Stops sending: what has not gone stays here. */
  cancel: () => void;
}

/**
 * The pictures that somebody adds to a case: chosen, sent one after the other, and kept until all have gone. Whoever leaves
 * the page or its dialog sends no more.
 */
export function usePhotos(caseId: string, taken: number): Photos {
  const queries = useQueryClient();
  const [list, setList] = useState<readonly Photo[]>([]);
  const [faults, setFaults] = useState<Photos['faults']>([]);
  const [sending, setSending] = useState(false);
  const urls = useRef(new Set<string>());
  const abort = useRef<AbortController>(undefined);
  useEffect(() => {
    const made = urls.current;
    return () => {
      abort.current?.abort();
      made.forEach((url) => URL.revokeObjectURL(url));
    };
  }, []);
  const put = (id: string, change: Partial<Photo>) => setList((before) => before.map((each) => (each.id === id ? { ...each, ...change } : each)));
  const add = (files: readonly File[]) => {
    const refused: { name: string; fault: PhotoFault }[] = [];
    const next = [...list];
    for (const file of files) {
      const fault = faultOf(file, next.map((each) => each.file), taken);
      if (fault) refused.push({ name: file.name, fault });
      else {
        const url = URL.createObjectURL(file);
        urls.current.add(url);
        next.push({ id: photoKey(), file, url });
      }
    }
    setList(next);
    setFaults(refused);
  };
  const send: Photos['send'] = async (kind, note) => {
    if (list.length === 0) return [];
    const { signal } = (abort.current = new AbortController());
    setSending(true);
    setFaults([]);
    const evidence = list.flatMap(({ sent }) => sent ?? []);
    try {
      for (const { id, file } of list.filter(({ sent }) => sent === undefined)) {
        put(id, { share: 0, error: undefined });
        try {
          const { evidence: picture } = await sendPhoto({ caseId, file, kind, note, key: id }, signal, (share) => put(id, { share }));
          put(id, { sent: picture, share: 1 });
          evidence.push(picture);
        } catch (error) {
          put(id, { error: signal.aborted ? undefined : error, share: undefined });
          throw error;
        }
      }
    } finally {
      setSending(false);
      await Promise.all([queries.invalidateQueries({ queryKey: ['case', caseId] }), refreshCases(queries, [caseId])]);
    }
    signal.throwIfAborted();
    return evidence;
  };
  const cancel = () => abort.current?.abort();
  return { list, faults, sending, add, cancel, remove: (id) => setList((before) => before.filter((each) => each.id !== id)), send };
}
