import type { Deadline } from '../api/client';
import { useNames, useNow } from './names';
import { Dot, Moment } from './parts';

/** A deadline: when it is, and whether it has passed by the node's clock. */
export function Due({ deadline }: { deadline: Deadline | undefined }) {
  const { t } = useNames();
  const now = useNow();
  if (!deadline?.due_at) return deadline ? <span className="muted">{t('case.standsStill')}</span> : null;
  const late = deadline.running && now !== undefined && Date.parse(deadline.due_at) < now;
  return (
    <span className="state">
      {late ? <Dot colour="#cf1322" /> : null}
      <span className={deadline.running ? undefined : 'muted'}>
        <Moment at={deadline.due_at} />
        {late ? <b> · {t('case.overdue')}</b> : null}
        {deadline.provisional ? <span title={t('cases.provisionalHint')}> · {t('cases.provisional')}</span> : null}
      </span>
    </span>
  );
}
