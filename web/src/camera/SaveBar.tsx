import { RedoOutlined, SaveOutlined, UndoOutlined } from '@ant-design/icons';
import { Alert, Badge, Button, Popconfirm, Tooltip } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';

import { usePerson } from '../api/account';
import { Moment } from '../components/parts';
import { SignInDialog } from '../layout/SignIn';
import { differences } from './file';
import { SaveDialog } from './SaveDialog';
import { useUndoKeys, type Desk } from './useDraft';

const MAY_SAVE = ['operations', 'administrator'];

/** Whether whoever has signed in may change cameras. The node decides; this only spares the attempt. */
export function useMayConfigure(): boolean {
  const roles: readonly string[] = usePerson()?.roles ?? [];
  return roles.some((role) => MAY_SAVE.includes(role));
}

interface Props {
  desk: Desk;
  /** Why what is drawn cannot be saved yet. */
  blocked?: string;
}

/** Undo, redo, drop and save what was changed; tells when somebody else has saved meanwhile. */
export function SaveBar({ desk, blocked }: Props) {
  const { t } = useTranslation();
  const { draft, act, changed, newer } = desk;
  const mayConfigure = useMayConfigure();
  const person = usePerson();
  const [saving, setSaving] = useState(false);
  const [signing, setSigning] = useState(false);
  useUndoKeys(act);
  const count = changed ? differences(draft.base.file, draft.file).length : 0;
  return (
    <>
      <div className="row wrap save-bar" role="group" aria-label={t('saving.bar')}>
        <Button icon={<UndoOutlined />} disabled={draft.past.length === 0} onClick={() => act({ kind: 'undo' })}>
          {t('zones.undo')}
        </Button>
        <Button icon={<RedoOutlined />} disabled={draft.future.length === 0} onClick={() => act({ kind: 'redo' })}>
          {t('zones.redo')}
        </Button>
        <span className="muted" role="status">
          {changed ? t('saving.changes', { count }) : t('saving.none', { version: draft.base.version })}
        </span>
        <span className="grow" />
        {changed ? (
          <Popconfirm
            title={t('saving.dropSure')}
            okText={t('saving.drop')}
            cancelText={t('case.cancel')}
            onConfirm={() => act({ kind: 'begin', base: newer ?? draft.base })}
          >
            <Button>{t('saving.drop')}</Button>
          </Popconfirm>
        ) : null}
        {person === undefined ? (
          <Button type="primary" onClick={() => setSigning(true)}>
            {t('saving.signIn')}
          </Button>
        ) : (
          <Tooltip title={mayConfigure ? blocked : t('saving.mayNot')}>
            <Badge count={count} size="small">
              <Button
                type="primary"
                icon={<SaveOutlined />}
                disabled={!changed || blocked !== undefined || !mayConfigure}
                onClick={() => setSaving(true)}
              >
                {t('saving.save')}
              </Button>
            </Badge>
          </Tooltip>
        )}
      </div>
      {changed && blocked ? <Alert type="warning" showIcon title={blocked} /> : null}
      {newer && !saving ? (
        <Alert
          type="warning"
          showIcon
          role="alert"
          title={
            <>
              {t('saving.newer', { who: newer.changedBy || t('versions.byHand'), version: newer.version })} (
              <Moment at={newer.changedAt} />)
            </>
          }
          description={t('saving.newerHint')}
          action={
            <Button onClick={() => setSaving(true)} disabled={blocked !== undefined}>
              {t('saving.together')}
            </Button>
          }
        />
      ) : null}
      {saving ? <SaveDialog desk={desk} onClose={() => setSaving(false)} /> : null}
      <SignInDialog open={signing} onClose={() => setSigning(false)} />
    </>
  );
}
