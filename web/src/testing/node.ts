import { vi } from 'vitest';

/** A node that answers by address, and remembers what it was asked. */
export function fakeNode(answers: Record<string, unknown>) {
  const asked: { method: string; path: string; body: unknown }[] = [];
  const fetcher = vi.fn(async (input: RequestInfo | URL, init?: RequestInit) => {
    const request = input instanceof Request ? input : new Request(new URL(input, location.origin), init);
    const { pathname } = new URL(request.url);
    const text = await request.text();
    asked.push({ method: request.method, path: pathname, body: text ? (JSON.parse(text) as unknown) : undefined });
    const found = answers[`${request.method} ${pathname}`];
    if (found === undefined) return problem(404, `there is no ${pathname}`);
    return found instanceof Response ? found.clone() : Response.json(found);
  });
  vi.stubGlobal('fetch', fetcher);
  return asked;
}

export function problem(status: number, what: string, remedy = ''): Response {
  const body = JSON.stringify({ title: 'Refused', status, what, remedy, faults: [], type: 'about:blank' });
  return new Response(body, { status, headers: { 'Content-Type': 'application/problem+json' } });
}
