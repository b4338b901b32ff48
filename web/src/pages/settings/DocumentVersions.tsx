import { useTranslation } from 'react-i18next';

import {
  useDocumentVersion,
  useDocumentVersions,
  useRestoreDocument,
  type DocumentSaved,
  type KeptDocument,
} from '../../api/documents';
import { Failure, Nothing } from '../../components/parts';
import { changesOf } from '../../domain/documents';
import { Comparison, Versions, type VersionItem } from '../../drafting/Versions';
import { DocumentChanges } from './DocumentChanges';

interface Props {
  kept: KeptDocument;
  mayChange: boolean;
  onRestored: (saved: DocumentSaved) => void;
}

/** Version 0: what holds where a city has no file of its own. */
const FIRST: VersionItem = { version: 0, changed_at: null, changed_by: '', origin: 'shipped', note: '' };

/** Everything a document has said: compared with what holds now, and brought back. */
export function DocumentVersions({ kept, mayChange, onRestored }: Props) {
  const versions = useDocumentVersions(kept.name);
  return (
    <Versions
      inForce={kept.version}
      versions={versions}
      first={kept.has_default ? FIRST : undefined}
      comparison={(number, onDone) => (
        <Compared
          kept={kept}
          number={number}
          mayChange={mayChange}
          onRestored={(saved) => {
            onDone();
            onRestored(saved);
          }}
        />
      )}
    />
  );
}

function Compared({ kept, number, mayChange, onRestored }: Props & { number: number }) {
  const { t } = useTranslation();
  const old = useDocumentVersion(kept.name, number);
  const restore = useRestoreDocument(kept.name);
  if (old.isError) return <Failure error={old.error} onRetry={() => void old.refetch()} />;
  if (!old.data) return <p className="muted">{t('saving.waiting')}</p>;
  if (old.data.content === null) return <Nothing title={t('settings.documents.wasAway')} />;
  const changes = changesOf(old.data.content, kept.content ?? {});
  return (
    <Comparison
      number={number}
      inForce={kept.version}
      same={changes.length === 0 && kept.content !== null}
      mayRestore={mayChange}
      restoring={restore}
      onRestore={() => restore.mutate({ version: number, etag: kept.etag }, { onSuccess: onRestored })}
    >
      {changes.length ? <DocumentChanges changes={changes} /> : null}
    </Comparison>
  );
}
