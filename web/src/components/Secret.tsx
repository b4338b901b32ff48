import { CopyOutlined } from '@ant-design/icons';
import { Alert, App, Button, Modal } from 'antd';
import { useTranslation } from 'react-i18next';

/** Shows a secret that is told this once. */
export function SecretDialog({ title, hint, secret, onClose }: { title: string; hint: string; secret: string; onClose: () => void }) {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const copy = async () => {
    await navigator.clipboard.writeText(secret);
    void message.success(t('settings.copied'));
  };
  return (
    <Modal open title={title} onCancel={onClose} onOk={onClose} cancelButtonProps={{ hidden: true }} okText={t('zones.close')} mask={{ closable: false }}>
      <Alert type="warning" showIcon title={hint} />
      <div className="row" style={{ margin: '14px 0 4px' }}>
        <code className="secret grow">{secret}</code>
        {/* Browsers let only encrypted pages, and those of this machine, write to the clipboard. */}
        {window.isSecureContext ? (
          <Button icon={<CopyOutlined />} onClick={() => void copy()}>
            {t('settings.copy')}
          </Button>
        ) : null}
      </div>
    </Modal>
  );
}
