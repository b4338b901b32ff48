import { Button, Result } from 'antd';
import { Component, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';

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
    <Result
      status="warning"
      title={t('error.crashed')}
      subTitle={t('error.crashedHint')}
      extra={
        <Button type="primary" onClick={() => location.reload()}>
          {t('error.reload')}
        </Button>
      }
    />
  );
}
