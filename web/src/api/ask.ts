import { ApiError, isProblem } from './client';
import { fetchAsCaller } from './session';

/** An answer with the tag of the version that was read or made. */
export interface Tagged<T> {
  data: T;
  etag: string;
}

interface Wish {
  body?: unknown;
  /** A file, or a form with one, to send instead of JSON. */
  file?: File;
  form?: FormData;
  ifMatch?: string;
  signal?: AbortSignal;
}

type Method = 'GET' | 'PUT' | 'POST' | 'DELETE';

/** A key that no other write has. Not randomUUID: browsers keep that to encrypted pages. */
export function freshKey(): string {
  return Array.from(crypto.getRandomValues(new Uint32Array(4)), (each) => each.toString(16).padStart(8, '0')).join('');
}

/** Ask the node and wait for its answer with its tag. Every failure becomes an `ApiError`. */
export async function ask<T>(method: Method, path: string, { body, file, form, ifMatch, signal }: Wish = {}): Promise<Tagged<T>> {
  const headers: Record<string, string> = {};
  if (method !== 'GET') headers['Idempotency-Key'] = freshKey();
  if (body !== undefined) headers['Content-Type'] = 'application/json';
  if (file !== undefined) headers['Content-Type'] = 'application/octet-stream';
  if (ifMatch !== undefined) headers['If-Match'] = ifMatch;
  let response: Response;
  try {
    response = await fetchAsCaller(`/api/v1${path}`, {
      method,
      headers,
      signal,
      body: file ?? form ?? (body === undefined ? undefined : JSON.stringify(body)),
    });
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error;
    throw new ApiError(0, '', '', '');
  }
  const answer: unknown = await response.json().catch(() => undefined);
  if (response.ok) return { data: answer as T, etag: response.headers.get('ETag') ?? '' };
  if (isProblem(answer)) throw new ApiError(response.status, answer.title, answer.what, answer.remedy, answer);
  throw new ApiError(response.status, response.statusText, '', '');
}

/** The path of a camera, with what follows. */
export function cameraPath(id: string, rest = ''): string {
  return `/cameras/${encodeURIComponent(id)}${rest}`;
}
