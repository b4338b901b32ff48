import { freshKey } from './ask';
import { ApiError, isProblem, type Evidence, type Schemas } from './client';
import { freshToken } from './session';

export type PhotoKind = 'before' | 'after' | 'wide' | 'close';

export interface NewPhoto {
  caseId: string;
  file: File;
  kind: PhotoKind;
  note: string;
  /** Of this picture: sent again with it after a break, it is added once. */
  key: string;
}

export interface SentPhoto {
  evidence: Evidence;
  /** Of the case, with the picture in it. */
  version: number;
}

export const photoKey = freshKey;

/**
 * Send a picture of a case and tell how much of it has gone. Not `fetch`: browsers do not tell that of one. Aborted by the
 * `signal`, it fails with an AbortError.
 */
export async function sendPhoto(photo: NewPhoto, signal: AbortSignal, onShare: (share: number) => void): Promise<SentPhoto> {
  const { caseId, file, kind, note, key } = photo;
  const token = await freshToken();
  signal.throwIfAborted();
  const query = new URLSearchParams({ kind, ...(note ? { note } : {}) });
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open('POST', `/api/v1/cases/${encodeURIComponent(caseId)}/pictures?${query}`);
    request.setRequestHeader('Content-Type', 'image/jpeg');
    request.setRequestHeader('Idempotency-Key', key);
    if (token !== undefined) request.setRequestHeader('Authorization', `Bearer ${token}`);
    request.upload.onprogress = ({ lengthComputable, loaded, total }) => {
      if (lengthComputable) onShare(loaded / total);
    };
    signal.addEventListener('abort', () => request.abort());
    request.onabort = () => reject(new DOMException('the picture is not sent', 'AbortError'));
    request.onerror = () => reject(new ApiError(0, '', '', ''));
    request.onload = () => {
      const said = parsed(request.responseText);
      if (request.status === 201) {
        resolve({ evidence: said as Schemas['Evidence'], version: Number((request.getResponseHeader('ETag') ?? '').replaceAll('"', '')) });
      } else if (isProblem(said)) reject(new ApiError(request.status, said.title, said.what, said.remedy, said));
      else reject(new ApiError(request.status, request.statusText, '', ''));
    };
    request.send(file);
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
