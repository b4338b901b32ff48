import { Card, Timeline } from 'antd';
import { useTranslation } from 'react-i18next';

import type { CaseDetail, HistoryItem } from '../../api/client';
import { useCameras } from '../../api/queries';
import { cameraName, Moment, StateMark } from '../../components/parts';
import { STATE_COLOUR } from '../../domain/cases';
import { told } from '../../domain/reasons';
import { useLanguage } from '../../i18n';

const BY_MACHINE: ReadonlySet<string> = new Set(['machine', 'camera']);

/** Who did what, when, and why; the newest line first. Nothing in it is ever overwritten. */
export function History({ item }: { item: CaseDetail }) {
  const { t } = useTranslation();
  const lines = [...item.history].reverse();
  return (
    <Card size="small" title={t('case.history')}>
      <Timeline
        style={{ marginTop: 6, marginBottom: -16 }}
        items={lines.map((line) => ({
          key: line.sequence,
          color: STATE_COLOUR[line.state],
          content: <HistoryLine line={line} />,
        }))}
      />
    </Card>
  );
}

/** One line of it. */
export function HistoryLine({ line }: { line: HistoryItem }) {
  const { t } = useTranslation();
  const language = useLanguage();
  const cameras = useCameras().data;
  return (
    <div>
      <div className="row wrap">
        <b>{t(`action.${line.action}`)}</b>
        {line.state === line.state_from ? null : <StateMark state={line.state} resolution={line.resolution} />}
        <span className="grow" />
        <span className="muted">
          <Moment at={line.at} />
        </span>
      </div>
      <div className="muted">
        {cameraName(cameras?.find(({ camera_id: id }) => id === line.actor), line.actor, language)} · {t(`role.${line.role}`)}
      </div>
      {line.reason ? <div>{BY_MACHINE.has(line.role) ? told(line.reason, language) : line.reason}</div> : null}
    </div>
  );
}
