import { Button, Form, Input, Select } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';

import { useAddDocument, useDocuments, useReadDocument } from '../../api/documents';
import { Refused } from '../../camera/Faults';
import type { Content } from '../../domain/documents';
import { useLanguage } from '../../i18n';
import { DocumentBody } from './DocumentBody';
import { EMPTY_MAPPING, EMPTY_MATTER } from './matterFields';

type Kind = 'matter' | 'mapping';
const NAMES: Record<Kind, RegExp> = { matter: /^[a-z][a-z0-9_]{0,63}$/, mapping: /^[a-z0-9_-]{1,64}$/ };
const EMPTY: Record<Kind, Content> = { matter: EMPTY_MATTER, mapping: EMPTY_MAPPING };

/** Adds a matter or a field mapping, begun from nothing or from another one. */
export function NewDocument({ kind }: { kind: Kind }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const add = useAddDocument();
  const [id, setId] = useState('');
  const [content, setContent] = useState(EMPTY[kind]);
  const [round, setRound] = useState(0);
  const [fault, setFault] = useState<string>();
  const whole = kind === 'matter' ? { ...content, code: id } : content;
  const begin = (from: Content) => {
    setContent(kind === 'matter' ? { ...from, codes: [], admitted: false } : from);
    setRound(round + 1);
  };
  const send = () => {
    const name = `${kind}.${id}`;
    add.mutate({ name, content: whole, note: '' }, { onSuccess: () => void navigate(`/settings/documents?document=${name}`) });
  };
  return (
    <div className="stack">
      <span className="muted">{t(`settings.documents.addHint.${kind}`)}</span>
      <Form layout="vertical" component="div">
        <div className="two">
          <Form.Item label={t(`settings.documents.id.${kind}`)} htmlFor="new-id" extra={t(`settings.documents.idHint.${kind}`)}>
            <Input
              id="new-id"
              className="mono"
              maxLength={64}
              value={id}
              status={id !== '' && !NAMES[kind].test(id) ? 'error' : undefined}
              onChange={({ target }) => setId(target.value)}
            />
          </Form.Item>
          <Form.Item label={t('settings.documents.beginWith')} htmlFor="new-from">
            <From kind={kind} onChosen={begin} />
          </Form.Item>
        </div>
      </Form>
      <DocumentBody
        name=""
        kind={kind}
        content={whole}
        round={String(round)}
        readOnly={false}
        isNew
        fault={fault}
        onChange={(next) => {
          if (kind === 'matter' && typeof next.code === 'string') setId(next.code);
          setContent(next);
        }}
        onFault={setFault}
        bar={
          <>
            <span className="grow" />
            <Button type="primary" loading={add.isPending} disabled={!NAMES[kind].test(id) || fault !== undefined} onClick={send}>
              {t(`settings.documents.add.${kind}`)}
            </Button>
          </>
        }
        notices={add.isError ? <Refused error={add.error} /> : null}
      />
    </div>
  );
}

function From({ kind, onChosen }: { kind: Kind; onChosen: (content: Content) => void }) {
  const { t } = useTranslation();
  const language = useLanguage();
  const documents = useDocuments().data ?? [];
  const read = useReadDocument();
  const others = documents.filter((each) => each.kind === kind && each.origin !== 'retired');
  const choose = async (name: string) => onChosen(name === '' ? EMPTY[kind] : (await read(name)).file);
  return (
    <Select
      id="new-from"
      defaultValue=""
      options={[
        { value: '', label: t('settings.documents.fromNothing') },
        ...others.map((each) => ({ value: each.name, label: language === 'zh' ? each.name_zh : each.name_en })),
      ]}
      onChange={(name) => void choose(name)}
    />
  );
}
