import { Segmented } from 'antd';
import { useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';

import type { DocumentItem } from '../../api/documents';
import type { Content } from '../../domain/documents';
import { CalendarForm } from './CalendarForm';
import { TABLES } from './documentColumns';
import { DocumentTable } from './DocumentTable';
import { DocumentText } from './DocumentText';
import { MappingForm } from './MappingForm';
import { MatterForm } from './MatterForm';

interface Props {
  name: string;
  kind: DocumentItem['kind'];
  content: Content;
  /** Another number where what is written begins anew. */
  round: string;
  readOnly: boolean;
  isNew?: boolean;
  fault: string | undefined;
  onChange: (content: Content) => void;
  onFault: (fault: string | undefined) => void;
  /** Beside the choice between form and text. */
  bar: ReactNode;
  /** Between the bar and the document. */
  notices?: ReactNode;
}

/** What a document says, as a form where there is one, and as text. */
export function DocumentBody({ name, kind, content, round, readOnly, isNew = false, fault, onChange, onFault, bar, notices }: Props) {
  const { t } = useTranslation();
  const fields = { content, readOnly, onChange };
  const form =
    kind === 'matter' ? (
      <MatterForm {...fields} isNew={isNew} />
    ) : kind === 'mapping' ? (
      <MappingForm {...fields} />
    ) : name === 'calendar' ? (
      <CalendarForm {...fields} />
    ) : name in TABLES ? (
      <DocumentTable key={round} name={name} {...fields} />
    ) : undefined;
  const [isForm, setIsForm] = useState(form !== undefined);
  return (
    <>
      <div className="row wrap save-bar" role="group" aria-label={t('saving.bar')}>
        {form ? (
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
        {bar}
      </div>
      {notices}
      {isForm ? form : <DocumentText key={round} {...fields} fault={fault} onFault={onFault} />}
    </>
  );
}
