import { CameraOutlined, CheckCircleFilled, DeleteOutlined } from '@ant-design/icons';
import { Alert, Button, Progress, Upload } from 'antd';
import { useId } from 'react';
import { useTranslation } from 'react-i18next';

import { Failure } from '../../components/parts';
import { MOST_BYTES, MOST_PHOTOS, PHOTO_TYPE } from '../../domain/photos';
import type { Photo, Photos } from './usePhotos';

const MEGABYTES = MOST_BYTES / 1024 / 1024;

/** Chooses pictures of a case, or takes those that are dropped, and shows how far each has got. */
export function PhotoPicker({ photos, taken }: { photos: Photos; taken: number }) {
  const { t } = useTranslation();
  const limits = useId();
  const left = Math.max(0, MOST_PHOTOS - taken - photos.list.length);
  return (
    <div className="stack tight">
      <Upload.Dragger
        accept={PHOTO_TYPE}
        multiple
        showUploadList={false}
        disabled={photos.sending || left === 0}
        beforeUpload={(file, all) => {
          // It is called for each of the files that were chosen together.
          if (file === all[0]) photos.add(all);
          return false;
        }}
        styles={{ root: { display: 'block' } }}
      >
        <span aria-describedby={limits}>
          <CameraOutlined /> {t('photos.choose')}
        </span>
      </Upload.Dragger>
      <span className="muted" id={limits}>
        {t('photos.limits', { size: MEGABYTES, most: MOST_PHOTOS, left })}
      </span>
      {photos.faults.map(({ name, fault }) => (
        <Alert key={name} type="warning" showIcon role="alert" title={t(`photos.fault.${fault}`, { name, size: MEGABYTES, most: MOST_PHOTOS })} />
      ))}
      {photos.list.length > 0 ? (
        <ul className="photos">
          {photos.list.map((photo) => (
            <Line key={photo.id} photo={photo} onRemove={photos.sending || photo.sent ? undefined : () => photos.remove(photo.id)} />
          ))}
        </ul>
      ) : null}
    </div>
  );
}

function Line({ photo, onRemove }: { photo: Photo; onRemove: (() => void) | undefined }) {
  const { t } = useTranslation();
  const { file, url, share, error, sent } = photo;
  const percent = Math.round((share ?? 0) * 100);
  return (
    <li>
      <img src={url} alt={file.name} />
      <div className="stack tight grow">
        <span className="row">
          <span className="clip grow">{file.name}</span>
          <span className="muted nowrap">{(file.size / 1024 / 1024).toFixed(1)} MB</span>
          {onRemove ? <Button size="small" type="text" icon={<DeleteOutlined />} aria-label={t('photos.remove', { name: file.name })} onClick={onRemove} /> : null}
        </span>
        {error ? (
          <Failure error={error} />
        ) : sent ? (
          <span role="status">
            <CheckCircleFilled style={{ color: '#389e0d' }} /> {t('photos.sent')}
          </span>
        ) : share === undefined ? (
          <span className="muted">{t('photos.waiting')}</span>
        ) : (
          <>
            <Progress percent={percent} size="small" showInfo={false} aria-label={file.name} />
            <span className="muted">{share < 1 ? t('photos.sending', { share: percent }) : t('photos.keeping')}</span>
          </>
        )}
      </div>
    </li>
  );
}
