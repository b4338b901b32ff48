import { useTranslation } from 'react-i18next';

import type { Change } from '../../domain/documents';

function told(value: unknown): string {
  if (value === undefined) return '—';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** What differs between two states of a document, value by value. */
export function DocumentChanges({ changes }: { changes: readonly Change[] }) {
  const { t } = useTranslation();
  return (
    <ul className="differences">
      {changes.map(({ path, before, after }) => (
        <li key={path}>
          <div className="row">
            <b className="mono">{path}</b>
            {before === undefined ? <span className="pill">{t('versions.added')}</span> : null}
            {after === undefined ? <span className="pill">{t('versions.removed')}</span> : null}
          </div>
          <div style={{ overflowWrap: 'anywhere' }}>
            {before === undefined ? null : <span className="muted">{told(before)}</span>}
            {before !== undefined && after !== undefined ? ' → ' : null}
            {after === undefined ? null : told(after)}
          </div>
        </li>
      ))}
    </ul>
  );
}
