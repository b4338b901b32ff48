import { Alert } from 'antd';
import { useTranslation } from 'react-i18next';

import { faultsOf, type Fault } from '../api/configuration';
import { Failure } from '../components/parts';
import { useLanguage } from '../i18n';

/** Why a file was refused: every value that cannot be, with what to do; or the failure as it is. */
export function Refused({ error }: { error: unknown }) {
  const { t } = useTranslation();
  const faults = faultsOf(error);
  if (faults.length === 0) return <Failure error={error} />;
  return <Alert type="error" showIcon role="alert" title={t('saving.refused')} description={<FaultList faults={faults} />} />;
}

/** What is told in two languages, in one; English where there are no words in the other. */
export function inLanguage({ what, what_zh: zh }: { what: string; what_zh: string }, language: 'zh' | 'en'): string {
  return language === 'zh' ? zh || what : what;
}

export function FaultList({ faults }: { faults: readonly Fault[] }) {
  const language = useLanguage();
  return (
    <ul className="lines">
      {faults.map((fault) => {
        const remedy = inLanguage({ what: fault.remedy, what_zh: fault.remedy_zh }, language);
        return (
          <li key={`${fault.where} ${fault.what}`}>
            {fault.where ? <span className="mono">{fault.where}: </span> : null}
            {inLanguage(fault, language)}
            {remedy ? <div className="muted">{remedy}</div> : null}
          </li>
        );
      })}
    </ul>
  );
}
