/** A filter that somebody has given a name, kept in this browser. */
export interface SavedFilter {
  name: string;
  /** The query of the address. */
  query: string;
}

const KEY = 'gridpatrol.filters';
const MOST = 30;

export function savedFilters(): SavedFilter[] {
  try {
    const found: unknown = JSON.parse(localStorage.getItem(KEY) ?? '[]');
    if (!Array.isArray(found)) return [];
    return found.filter(
      (each): each is SavedFilter =>
        typeof (each as SavedFilter | null)?.name === 'string' && typeof (each as SavedFilter).query === 'string',
    );
  } catch {
    return [];
  }
}

/** Keep a filter under a name, instead of one that has it already; the newest stands first. */
export function saveFilter(name: string, query: string): SavedFilter[] {
  const kept = [{ name, query }, ...savedFilters().filter((each) => each.name !== name)].slice(0, MOST);
  localStorage.setItem(KEY, JSON.stringify(kept));
  return kept;
}

export function forgetFilter(name: string): SavedFilter[] {
  const kept = savedFilters().filter((each) => each.name !== name);
  localStorage.setItem(KEY, JSON.stringify(kept));
  return kept;
}
