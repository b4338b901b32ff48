import { Spin } from 'antd';
import { useTranslation } from 'react-i18next';

import type { CameraItem } from '../api/client';
import { Nothing } from '../components/parts';
import { told } from '../domain/reasons';
import { useLanguage } from '../i18n';

/** A camera that has not looked yet, with what is known of why. The page goes on by itself. */
export function FirstPicture({ camera }: { camera: CameraItem }) {
  const { t } = useTranslation();
  return (
    <div role="status">
      <Nothing title={t('cameras.firstPicture')} hint={told(camera.detail, useLanguage()) || t('cameras.firstPictureHint')}>
        <Spin />
      </Nothing>
    </div>
  );
}
