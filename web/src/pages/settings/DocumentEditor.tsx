import { Alert, Button, Input, Popconfirm, Segmented, Tabs } from 'antd';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';

import { useMay } from '../../api/access';
import type { DocumentSaved, KeptDocument } from '../../api/documents';
import { Moment } from '../../components/parts';
import { changesOf, read, written, type Content } from '../../domain/documents';
import { CalendarForm } from './CalendarForm';
import { TABLES } from './documentColumns';
import { DocumentSave } from './DocumentSave';
import { DocumentTable } from './DocumentTable';
import { DocumentVersions } from './DocumentVersions';

interface Draft {
  base: KeptDocument;
  content: Content;
  /** Grows when the draft begins anew, so that what is written begins anew too. */
  round: number;
}

/** A document: what it says, to be changed by those who may, and what it has said. */
export function DocumentEditor({ kept }: { kept: KeptDocument }) {
  const { t } = useTranslation();
  const mayChange = useMay()('PUT /api/v1/configuration/{name}');
  const hasForm = kept.name in TABLES || kept.name === 'calendar';
  const [draft, setDraft] = useState<Draft>({ base: kept, content: kept.content, round: 0 });
  const [isForm, setIsForm] = useState(hasForm);
  const [fault, setFault] = useState<string>();
  const [saving, setSaving] = useState(false);
  const [saved, setSaved] = useState<DocumentSaved>();
  const { base, content, round } = draft;
  const count = changesOf(base.content, content).length;
  const changed = count > 0 || fault !== undefined;
  const isNewer = kept.version > base.version;
  const begin = (from: KeptDocument) => {
    setDraft({ base: from, content: from.content, round: round + 1 });
    setFault(undefined);
    setSaving(false);
  };
  if (isNewer && !changed && !saving) setDraft({ base: kept, content: kept.content, round: round + 1 });
  useEffect(() => {
    if (!changed) return undefined;
    const stay = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener('beforeunload', stay);
    return () => window.removeEventListener('beforeunload', stay);
  }, [changed]);
  const edit = (next: Content) => {
    setSaved(undefined);
    setDraft({ ...draft, content: next });
  };
  const form =
    kept.name === 'calendar' ? (
      <CalendarForm content={content} readOnly={!mayChange} onChange={edit} />
    ) : (
      <DocumentTable key={round} name={kept.name} content={content} readOnly={!mayChange} onChange={edit} />
    );
  const says = (
    <div className="stack">
      <div className="row wrap save-bar" role="group" aria-label={t('saving.bar')}>
        {hasForm ? (
          <Segmented
            aria-label={t('settings.documents.way')}
            value={isForm ? 'form' : 'text'}
            disabled={fault !== undefined}
            options={[
              { value: 'form', label: t('settings.asForm') },
              { value: 'text', label: t('settings.asText') },
            ]}
            onChange={(next) => setIsForm(next === 'form')}
          />
        ) : null}
        <span className="muted" role="status">
          {count ? t('settings.documents.changes', { count }) : t('saving.none', { version: base.version })}
        </span>
        <span className="grow" />
        {changed ? (
          <Popconfirm title={t('saving.dropSure')} okText={t('saving.drop')} cancelText={t('case.cancel')} onConfirm={() => begin(kept)}>
            <Button>{t('saving.drop')}</Button>
          </Popconfirm>
        ) : null}
        {mayChange ? (
          <Button type="primary" disabled={count === 0 || fault !== undefined} onClick={() => setSaving(true)}>
            {t('settings.save')}
          </Button>
        ) : (
          <span className="muted">{t('settings.readOnly')}</span>
        )}
      </div>
      {isNewer && changed ? (
        <Alert
          type="warning"
          showIcon
          role="alert"
          title={
            <>
              {t('saving.newer', { who: kept.changed_by || t('versions.byHand'), version: kept.version })}
              {kept.changed_at ? <> (<Moment at={kept.changed_at} />)</> : null}
            </>
          }
          description={t('settings.conflictHint')}
        />
      ) : null}
      {isForm ? form : <TextEditor key={round} content={content} fault={fault} readOnly={!mayChange} onChange={edit} onFault={setFault} />}
      {saving ? (
        <DocumentSave
          base={base}
          content={content}
          newer={isNewer ? kept : undefined}
          onSaved={(done, now) => {
            setSaved(done);
            begin(now);
          }}
          onTakeTheirs={begin}
          onClose={() => setSaving(false)}
        />
      ) : null}
    </div>
  );
  return (
    <>
      {saved ? <Outcome saved={saved} /> : null}
      <Tabs
        items={[
          { key: 'says', label: t('settings.documents.says'), children: says },
          {
            key: 'versions',
            label: t('settings.versions'),
            children: <DocumentVersions kept={kept} mayChange={mayChange} onRestored={setSaved} />,
          },
        ]}
      />
    </>
  );
}

/** What became of a save, until the next change. */
function Outcome({ saved }: { saved: DocumentSaved }) {
  const { t } = useTranslation();
  const later = saved.effect === 'at_next_start';
  return (
    <Alert
      type={later || saved.notices.length ? 'warning' : 'success'}
      showIcon
      role="status"
      title={t(later ? 'saving.doneLater' : 'settings.saved', { version: saved.version })}
      description={saved.notices.length ? saved.notices.map((notice) => <div key={notice}>{notice}</div>) : undefined}
    />
  );
}

interface TextProps {
  content: Content;
  fault?: string;
  readOnly: boolean;
  onChange: (content: Content) => void;
  onFault: (fault: string | undefined) => void;
}

function TextEditor({ content, fault, readOnly, onChange, onFault }: TextProps) {
  const { t } = useTranslation();
  const [text, setText] = useState(() => written(content));
  const type = (next: string) => {
    setText(next);
    const known = read(next);
    if ('content' in known) {
      onFault(undefined);
      onChange(known.content);
    } else if (known.what === '') onFault(t('settings.documents.noObject'));
    else onFault(known.line ? t('settings.documents.noJsonAt', { line: known.line }) : t('settings.documents.noJson'));
  };
  return (
    <>
      <p className="muted">{t('settings.documents.textHint')}</p>
      <Input.TextArea
        className="mono"
        aria-label={t('settings.asText')}
        aria-invalid={fault !== undefined}
        spellCheck={false}
        autoSize={{ minRows: 12, maxRows: 26 }}
        status={fault ? 'error' : undefined}
        value={text}
        readOnly={readOnly}
        onChange={({ target }) => type(target.value)}
      />
      {fault ? <Alert type="error" showIcon role="alert" title={fault} description={t('settings.documents.jsonRemedy')} /> : null}
    </>
  );
}
