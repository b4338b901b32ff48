import { Card } from 'antd';
import { useTranslation } from 'react-i18next';

import type { CaseDetail } from '../../api/client';
import { useCameras } from '../../api/queries';
import { useClock } from '../../components/clock';
import { cameraName, VerdictMark } from '../../components/parts';
import { told } from '../../domain/reasons';
import { dayAndTime } from '../../domain/time';
import { useLanguage } from '../../i18n';

/** What the cameras were asked, what they saw, and why they say so. */
export function Checks({ item }: { item: CaseDetail }) {
  const { t } = useTranslation();
  const clock = useClock();
  const language = useLanguage();
  const cameras = useCameras().data;
  const checks = [...item.verifications].reverse();
  return (
    <Card size="small" title={t('case.verifications')}>
      {checks.length === 0 ? <span className="muted">{t('case.noVerification')}</span> : null}
      {checks.map((check) => {
        const camera = cameras?.find(({ camera_id: id }) => id === check.camera_id);
        return (
          <div className="check" key={check.request_id}>
            <div className="row wrap">
              <VerdictMark verdict={check.verdict} />
              <span>{cameraName(camera, check.camera_id, language)}</span>
              <span className="muted">{t('case.round', { number: check.round })}</span>
              {check.verdict ? <span className="muted">{t('case.looks', { count: check.looks })}</span> : null}
            </div>
            {check.reason ? <div>{told(check.reason, language)}</div> : null}
            <div className="muted">
              {t('case.asked', { time: dayAndTime(check.asked_at, clock) })}
              {check.verdict ? '' : ` · ${t('case.due', { time: dayAndTime(check.due_at, clock) })}`}
              {check.outdated ? ` · ${t('case.outdated')}` : ''}
            </div>
          </div>
        );
      })}
    </Card>
  );
}
