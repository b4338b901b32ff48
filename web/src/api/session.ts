import type { components } from './schema';

type SignedIn = components['schemas']['SignedIn'];

/** The tokens of a sign-in. They are shared by all pages of this browser. */
interface Tokens {
  access: string;
  accessUntil: number;
  refresh: string;
}

const KEY = 'gridpatrol.session';
const SOON_MS = 20_000;

function kept(): Tokens | undefined {
  try {
    const found = JSON.parse(localStorage.getItem(KEY) ?? 'null') as Partial<Tokens> | null;
    if (typeof found?.access !== 'string' || typeof found.refresh !== 'string') return undefined;
    return { access: found.access, refresh: found.refresh, accessUntil: Number(found.accessUntil) };
  } catch {
    return undefined;
  }
}

export function keep(signedIn: SignedIn): void {
  const { access_token: access, refresh_token: refresh, access_until: until } = signedIn;
  localStorage.setItem(KEY, JSON.stringify({ access, refresh, accessUntil: Date.parse(until) }));
}

export function forget(): void {
  localStorage.removeItem(KEY);
}

export function isSignedIn(): boolean {
  return kept() !== undefined;
}

/** Run alone among the pages of this browser: a refresh token may be used once. */
function alone<T>(work: () => Promise<T>): Promise<T> {
  // Not every browser has locks where the page is not encrypted; the node bears with two pages at the same moment.
  const locks = (navigator as { locks?: LockManager }).locks;
  return locks ? (locks.request(KEY, work) as Promise<T>) : work();
}

/** Change the tokens for new ones, unless another page has just done so. */
async function renew(used: Tokens): Promise<Tokens | undefined> {
  return alone(async () => {
    const now = kept();
    if (now === undefined || now.access !== used.access) return now;
    const answered = await globalThis.fetch('/api/v1/session/refresh', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ refresh_token: now.refresh }),
    });
    if (answered.ok) keep((await answered.json()) as SignedIn);
    else if (answered.status === 401 && kept()?.access === used.access) forget();
    return kept();
  });
}

/** The token that says who calls, fresh enough for a long upload to begin; none for a guest. */
export async function freshToken(): Promise<string | undefined> {
  const tokens = kept();
  return tokens !== undefined && tokens.accessUntil - Date.now() < SOON_MS ? (await renew(tokens))?.access : tokens?.access;
}

/** Fetch in the name of whoever has signed in; as a guest when nobody has. */
export async function fetchAsCaller(input: Request | string, init?: RequestInit): Promise<Response> {
  let tokens = kept();
  if (tokens !== undefined && tokens.accessUntil - Date.now() < SOON_MS) tokens = await renew(tokens);
  const request = new Request(typeof input === 'string' ? new URL(input, location.origin) : input, init);
  const again = request.clone();
  const answered = await globalThis.fetch(signed(request, tokens));
  if (answered.status !== 401 || tokens === undefined) return answered;
  const fresh = await renew(tokens);
  return fresh === undefined || fresh.access === tokens.access ? answered : globalThis.fetch(signed(again, fresh));
}

function signed(request: Request, tokens: Tokens | undefined): Request {
  if (tokens !== undefined) request.headers.set('Authorization', `Bearer ${tokens.access}`);
  return request;
}
