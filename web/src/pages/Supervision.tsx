import { Tabs } from 'antd';
import { useTranslation } from 'react-i18next';
import { useSearchParams } from 'react-router';

import { HotSpots } from './supervision/HotSpots';
import { Orders } from './supervision/Orders';

/** What a leader follows: orders that departments must take up, and places where the same comes back. */
export function Supervision() {
  const { t } = useTranslation();
  const [parameters, setParameters] = useSearchParams();
  return (
    <div className="page-body stack">
      <div>
        <h1 className="page">{t('supervision.title')}</h1>
        <span className="muted">{t('supervision.hint')}</span>
      </div>
      <Tabs
        activeKey={parameters.get('tab') === 'spots' ? 'spots' : 'orders'}
        onChange={(tab) => setParameters(tab === 'spots' ? { tab } : {}, { replace: true })}
        items={[
          { key: 'orders', label: t('supervision.orders'), children: <Orders /> },
          { key: 'spots', label: t('supervision.spots'), children: <HotSpots /> },
        ]}
      />
    </div>
  );
}
