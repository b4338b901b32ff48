import { Alert, Input } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';

import { read, written, type Content } from '../../domain/documents';

interface Props {
  content: Content;
  fault?: string;
  readOnly: boolean;
  onChange: (content: Content) => void;
  onFault: (fault: string | undefined) => void;
}

/** A document as its file has it, to be written in. */
export function DocumentText({ content, fault, readOnly, onChange, onFault }: Props) {
  const { t } = useTranslation();
  const [text, setText] = useState(() => written(content));
  const type = (next: string) => {
    setText(next);
    const known = read(next);
    if ('content' in known) {
      onFault(undefined);
      onChange(known.content);
    } else if (known.what === '') onFault(t('settings.documents.noObject'));
    else onFault(known.line ? t('settings.documents.noYamlAt', { line: known.line }) : t('settings.documents.noYaml'));
  };
  return (
    <>
      <span className="muted">{t('settings.documents.textHint')}</span>
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
      {fault ? <Alert type="error" showIcon role="alert" title={fault} description={t('settings.documents.yamlRemedy')} /> : null}
    </>
  );
}
