import { Alert, Button, Popconfirm, Tabs } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';

import { useMay } from '../../api/access';
import { keptOf, useRetireDocument, type DocumentSaved, type KeptDocument } from '../../api/documents';
import { inLanguage, Refused } from '../../camera/Faults';
import { Moment, Nothing } from '../../components/parts';
import { changesOf, isRecord, SHAPE, type Content } from '../../domain/documents';
import type { Kept } from '../../drafting/draft';
import { useDraft } from '../../drafting/useDraft';
import { useLanguage } from '../../i18n';
import { DocumentBody } from './DocumentBody';
import { DocumentSave } from './DocumentSave';
import { DocumentVersions } from './DocumentVersions';

/** A document: what it says, to be changed by those who may, and what it has said. */
export function DocumentEditor({ kept }: { kept: KeptDocument }) {
  const { t } = useTranslation();
  const mayChange = useMay()('PUT /api/v1/configuration/{name}');
  const [saved, setSaved] = useState<DocumentSaved>();
  const versions = <DocumentVersions kept={kept} mayChange={mayChange} onRestored={setSaved} />;
  if (kept.content === null) {
    return (
      <div className="stack">
        <Nothing title={t('settings.documents.away')} hint={t('settings.documents.awayHint')} />
        {versions}
      </div>
    );
  }
  return (
    <>
      {saved ? <Outcome saved={saved} /> : null}
      <Tabs
        items={[
          { key: 'says', label: t('settings.documents.says'), children: <Says kept={kept} mayChange={mayChange} onSaved={setSaved} /> },
          { key: 'versions', label: t('settings.versions'), children: versions },
        ]}
      />
    </>
  );
}

function Says({ kept, mayChange, onSaved }: { kept: KeptDocument; mayChange: boolean; onSaved: (saved?: DocumentSaved) => void }) {
  const { t } = useTranslation();
  const desk = useDraft<Content, string>(SHAPE, `document.${kept.name}`, isRecord, keptOf(kept));
  const { draft, act, changed, newer } = desk;
  const [drops, setDrops] = useState(0);
  const [fault, setFault] = useState<string>();
  const [saving, setSaving] = useState(false);
  const count = changesOf(draft.base.file, draft.file).length;
  const drop = () => {
    act({ kind: 'begin', base: newer ?? draft.base });
    setDrops(drops + 1);
    setFault(undefined);
  };
  const bar = (
    <>
      <span className="muted" role="status">
        {changed ? t('settings.documents.changes', { count }) : t('saving.none', { version: draft.base.version })}
      </span>
      <span className="grow" />
      {changed || fault !== undefined ? (
        <Popconfirm title={t('saving.dropSure')} okText={t('saving.drop')} cancelText={t('case.cancel')} onConfirm={drop}>
          <Button>{t('saving.drop')}</Button>
        </Popconfirm>
      ) : null}
      {mayChange ? (
        <Button type="primary" disabled={!changed || fault !== undefined} onClick={() => setSaving(true)}>
          {t('settings.save')}
        </Button>
      ) : (
        <span className="muted">{t('settings.readOnly')}</span>
      )}
    </>
  );
  return (
    <div className="stack">
      <DocumentBody
        name={kept.name}
        kind={kept.kind}
        content={draft.file}
        round={`${draft.base.version} ${drops}`}
        readOnly={!mayChange}
        fault={fault}
        onChange={(next) => {
          onSaved(undefined);
          act({ kind: 'edit', about: 'typing', change: () => next });
        }}
        onFault={setFault}
        bar={bar}
        notices={newer && !saving ? <Newer newer={newer} onTogether={fault === undefined ? () => setSaving(true) : undefined} /> : null}
      />
      {mayChange && kept.kind !== 'settings' ? <Retire kept={kept} /> : null}
      {saving ? <DocumentSave name={kept.name} desk={desk} onSaved={onSaved} onClose={() => setSaving(false)} /> : null}
    </div>
  );
}

function Newer({ newer, onTogether }: { newer: Kept<Content>; onTogether: (() => void) | undefined }) {
  const { t } = useTranslation();
  return (
    <Alert
      type="warning"
      showIcon
      role="alert"
      title={
        <>
          {t('saving.newer', { who: newer.changedBy || t('versions.byHand'), version: newer.version })}
          {newer.changedAt ? <> (<Moment at={newer.changedAt} />)</> : null}
        </>
      }
      description={t('saving.newerHint')}
      action={
        <Button onClick={onTogether} disabled={onTogether === undefined}>
          {t('saving.together')}
        </Button>
      }
    />
  );
}

function Retire({ kept }: { kept: KeptDocument }) {
  const { t } = useTranslation();
  const retire = useRetireDocument(kept.name);
  const words = kept.kind === 'matter' ? 'matter' : 'mapping';
  return (
    <div className="stack">
      {retire.isError ? <Refused error={retire.error} /> : null}
      <div className="row wrap">
        <Popconfirm
          title={t('settings.documents.retireSure')}
          okText={t('settings.documents.retire')}
          cancelText={t('case.cancel')}
          onConfirm={() => retire.mutate(kept.etag)}
        >
          <Button danger loading={retire.isPending}>
            {t('settings.documents.retire')}
          </Button>
        </Popconfirm>
        <span className="muted">{t(`settings.documents.retireHint.${words}`)}</span>
      </div>
    </div>
  );
}

/** What became of a save, until the next change. */
export function Outcome({ saved }: { saved: DocumentSaved }) {
  const { t } = useTranslation();
  const language = useLanguage();
  const later = saved.effect === 'at_next_start';
  const lines = saved.notices.map((notice) => inLanguage(notice, language));
  return (
    <Alert
      type={later || lines.length ? 'warning' : 'success'}
      showIcon
      role="status"
      title={t(later ? 'saving.doneLater' : 'settings.saved', { version: saved.version })}
      description={lines.length ? lines.map((line) => <div key={line}>{line}</div>) : undefined}
    />
  );
}
