import { Button } from 'antd';
import { Component, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';

import { Nothing } from '../components/parts';

/** Stands in for a page that met a fault of its own. */
export class Crashed extends Component<{ children: ReactNode }, { failed: boolean }> {
  override state = { failed: false };

  static getDerivedStateFromError() {
    return { failed: true };
  }

  override render() {
    return this.state.failed ? <Message /> : this.props.children;
  }
}

function Message() {
  const { t } = useTranslation();
  return (
    <div className="page-body" style={{ paddingTop: 80 }} role="alert">
      <Nothing title={t('error.crashed')} hint={t('error.crashedHint')}>
        <Button type="primary" onClick={() => location.reload()}>
          {t('error.reload')}
        </Button>
      </Nothing>
    </div>
  );
}
