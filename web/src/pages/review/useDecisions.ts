import { useRef, useState } from 'react';

import type { CaseItem } from '../../api/client';
import { useDecision } from '../../api/queries';

/** A decision that somebody has made on a case of the queue. */
export interface Decided {
  caseId: string;
  matter: string;
  version: number;
  action: 'file' | 'decline';
  reason: string;
}

export interface Refusal {
  caseId: string;
  matter: string;
  action: Decided['action'] | 'undo';
  error: unknown;
}

export interface Decisions {
  /** Being sent, or waiting for those before them. */
  waiting: readonly Decided[];
  refused: readonly Refusal[];
  done: { filed: number; declined: number };
  canUndo: boolean;
  add: (decided: Decided) => void;
  /** Takes the last decision back, after it has been carried out. Returns whose it was. */
  undo: (reason: string) => string | undefined;
  /** Another move was made, which is now the one that can be taken back. */
  remember: (moved: CaseItem) => void;
  forget: (refusal: Refusal) => void;
}

interface Last {
  caseId: string;
  matter: string;
  /** As the case is once the decision was carried out; undefined where it was refused. */
  version: Promise<number | undefined>;
}

/**
 * Decisions are sent one after the other, in the order in which they were made, while the person goes on: who decides
 * faster than the node answers loses nothing.
 */
export function useDecisions(): Decisions {
  const decision = useDecision();
  const [waiting, setWaiting] = useState<readonly Decided[]>([]);
  const [refused, setRefused] = useState<readonly Refusal[]>([]);
  const [done, setDone] = useState({ filed: 0, declined: 0 });
  const [last, setLast] = useState<Last>();
  const turn = useRef<Promise<unknown>>(Promise.resolve());

  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const result = turn.current.then(work);
    turn.current = result;
    return result;
  };
  const refuse = (refusal: Refusal) => setRefused((before) => [...before, refusal]);

  const carryOut = async (decided: Decided): Promise<number | undefined> => {
    const { caseId, matter, action, reason, version } = decided;
    try {
      const moved = await decision.mutateAsync({ caseId, action, reason, version });
      setDone(({ filed, declined }) => (action === 'file' ? { filed: filed + 1, declined } : { filed, declined: declined + 1 }));
      return moved.version;
    } catch (error) {
      refuse({ caseId, matter, action, error });
      setLast((before) => (before?.caseId === caseId ? undefined : before));
      return undefined;
    } finally {
      setWaiting((before) => before.filter((each) => each !== decided));
    }
  };
  const add = (decided: Decided) => {
    setWaiting((before) => [...before, decided]);
    setRefused((before) => before.filter(({ caseId }) => caseId !== decided.caseId));
    setLast({ caseId: decided.caseId, matter: decided.matter, version: inTurn(() => carryOut(decided)) });
  };
  const undo = (reason: string) => {
    if (last === undefined) return undefined;
    const { caseId, matter } = last;
    setLast(undefined);
    void inTurn(async () => {
      const version = await last.version;
      if (version === undefined) return;
      await decision.mutateAsync({ caseId, action: 'undo', reason, version }).catch((error: unknown) => refuse({ caseId, matter, action: 'undo', error }));
    });
    return caseId;
  };
  return {
    waiting,
    refused,
    done,
    canUndo: last !== undefined,
    add,
    undo,
    remember: ({ case_id: caseId, matter, version }) => setLast({ caseId, matter, version: Promise.resolve(version) }),
    forget: (refusal) => setRefused((before) => before.filter((each) => each !== refusal)),
  };
}
