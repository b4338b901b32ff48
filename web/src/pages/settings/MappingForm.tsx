import { Card, Form, Input, Select } from 'antd';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';

import { usePreview } from '../../api/documents';
import { useSettled } from '../../calibration/useSettled';
import { Refused } from '../../camera/Faults';
import { isRecord, valueAt, withValue, type Content } from '../../domain/documents';
import { listsOf, pathsOf } from '../../domain/mapping';
import { Labelled, type Props } from './MatterHandling';
import { MappingFields } from './MappingFields';

const FORMS = ['iso', 'epoch_s', 'epoch_ms', '%Y-%m-%d %H:%M:%S'];
const REST_MS = 500;

/** A field mapping: what a receiver's fields are called, where they come from, and what it would be sent. */
export function MappingForm({ content, readOnly, onChange }: Props) {
  const { t } = useTranslation();
  const settled = useSettled(content, REST_MS);
  const preview = usePreview(settled);
  const event = preview.data?.event;
  const known = useMemo(() => ({ paths: pathsOf(event).filter(Boolean), lists: listsOf(event) }), [event]);
  const put = (path: string) => (value: unknown) => onChange(withValue(content, path, value));
  const form = (valueAt(content, 'times.format') as string | undefined) ?? 'iso';
  return (
    <div className="two-cards mapping">
      <Form layout="vertical" component="div" className="stack">
        <Card size="small" title={t('settings.mapping.general')}>
          <div className="four">
            <Labelled label={t('settings.mapping.language')} id="mapping-language">
              <Select
                id="mapping-language"
                value={(content.language as string | undefined) ?? 'zh'}
                options={[
                  { value: 'zh', label: '中文' },
                  { value: 'en', label: 'English' },
                ]}
                disabled={readOnly}
                onChange={put('language')}
              />
            </Labelled>
            <Labelled label={t('settings.mapping.format')} id="mapping-format">
              <Select
                id="mapping-format"
                mode="tags"
                value={[form]}
                options={[...new Set([...FORMS, form])].map((value) => ({ value }))}
                disabled={readOnly}
                onChange={(next: string[]) => put('times.format')(next.at(-1))}
              />
            </Labelled>
            <Labelled label={t('settings.documents.calendar.timeZone')} id="mapping-zone">
              <Input
                id="mapping-zone"
                value={(valueAt(content, 'times.zone') as string | undefined) ?? ''}
                placeholder="UTC"
                disabled={readOnly}
                onChange={({ target }) => put('times.zone')(target.value || undefined)}
              />
            </Labelled>
          </div>
        </Card>
        <Card size="small" title={t('settings.mapping.fields')}>
          <p className="muted">{t('settings.mapping.hint')}</p>
          <MappingFields
            fields={isRecord(content.fields) ? content.fields : {}}
            known={known}
            place=""
            readOnly={readOnly}
            onChange={(fields: Content) => onChange({ ...content, fields })}
          />
        </Card>
      </Form>
      <Card size="small" title={t('settings.mapping.preview')} className="mapping-preview">
        <div className="stack" aria-live="polite" aria-busy={preview.isFetching}>
          {preview.error ? <Refused error={preview.error} /> : null}
          {preview.data ? (
            <>
              <div className="muted">{t('settings.mapping.sent')}</div>
              <pre className="yaml tall" tabIndex={0} aria-label={t('settings.mapping.sent')}>
                {JSON.stringify(preview.data.body, undefined, 2)}
              </pre>
              <details>
                <summary>{t('settings.mapping.event')}</summary>
                <pre className="yaml tall" tabIndex={0} aria-label={t('settings.mapping.event')}>
                  {JSON.stringify(preview.data.event, undefined, 2)}
                </pre>
              </details>
            </>
          ) : null}
        </div>
      </Card>
    </div>
  );
}
