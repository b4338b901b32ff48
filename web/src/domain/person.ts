import { useSyncExternalStore } from 'react';

import type { PersonRole } from '../api/client';

/** Who sits before the page, as they say themselves; it is written into the history of the cases they move. */
export interface Person {
  name: string;
  role: PersonRole;
}

export const PERSON_ROLES: readonly PersonRole[] = ['dispatcher', 'operations', 'handler', 'administrator'];
const KEY = 'gridpatrol.person';
const NOBODY: Person = { name: '', role: 'dispatcher' };
const listeners = new Set<() => void>();
let current = read();

function read(): Person {
  try {
    const kept = JSON.parse(localStorage.getItem(KEY) ?? '{}') as Partial<Person>;
    const role = PERSON_ROLES.find((known) => known === kept.role) ?? NOBODY.role;
    return { name: typeof kept.name === 'string' ? kept.name : '', role };
  } catch {
    return NOBODY;
  }
}

export function setPerson(person: Person): void {
  current = person;
  localStorage.setItem(KEY, JSON.stringify(person));
  for (const listener of listeners) listener();
}

export function usePerson(): Person {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => current,
  );
}
