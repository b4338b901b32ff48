import { Button } from 'antd';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';

import { Nothing } from '../components/parts';

export function NotFound() {
  const { t } = useTranslation();
  return (
    <div className="page-body" style={{ paddingTop: 80 }}>
      <Nothing title={t('error.notFound')} hint={t('error.notFoundHint')}>
        <Link to="/">
          <Button type="primary">{t('error.home')}</Button>
        </Link>
      </Nothing>
    </div>
  );
}
