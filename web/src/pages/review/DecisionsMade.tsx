import { Alert, Button, Spin } from 'antd';
import { useTranslation } from 'react-i18next';

import { MatterName, useFailureText } from '../../components/parts';
import { Outdated } from '../../seen/Outdated';
import { isOutdated, newestOf } from '../../seen/useSeenWrite';
import type { Decisions, Refusal } from './useDecisions';

/** What has become of the decisions: those on their way, those carried out, and each that was refused. */
export function DecisionsMade({ decisions, onBack }: { decisions: Decisions; onBack: (caseId: string) => void }) {
  const { t } = useTranslation();
  const { waiting, done, refused, forget } = decisions;
  return (
    <>
      <div role="status">
        {waiting.length > 0 ? (
          <span className="row">
            <Spin size="small" /> {t('review.sending', { count: waiting.length })}
          </span>
        ) : null}
        {done.filed + done.declined > 0 ? <div>{t('review.done', done)}</div> : null}
      </div>
      {refused.map((refusal) => (
        <Refused
          key={`${refusal.caseId} ${refusal.action}`}
          refusal={refusal}
          onBack={() => {
            forget(refusal);
            onBack(refusal.caseId);
          }}
        />
      ))}
    </>
  );
}

function Refused({ refusal, onBack }: { refusal: Refusal; onBack: () => void }) {
  const { t } = useTranslation();
  const { title, hint } = useFailureText(refusal.error);
  const what = (
    <div className="row wrap">
      <span>
        {t(`action.${refusal.action}`)} · <MatterName code={refusal.matter} /> <span className="mono clip">{refusal.caseId}</span>
      </span>
      <Button size="small" onClick={onBack}>
        {t('review.back')}
      </Button>
    </div>
  );
  if (isOutdated(refusal.error)) return <Outdated newest={newestOf(refusal.error)}>{what}</Outdated>;
  return (
    <Alert
      type="error"
      showIcon
      role="alert"
      title={title}
      description={
        <>
          {hint ? <div>{hint}</div> : null}
          {what}
        </>
      }
    />
  );
}
