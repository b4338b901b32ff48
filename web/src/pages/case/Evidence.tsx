import { CameraOutlined } from '@ant-design/icons';
import { Button, Card, Modal } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';

import { useMay } from '../../api/access';
import { usePerson } from '../../api/account';
import { evidenceUrl, type CaseDetail, type Evidence as Shot } from '../../api/client';
import { useMoves } from '../../api/queries';
import { Compare } from '../../components/Compare';
import { Moment, Nothing } from '../../components/parts';
import { Picture } from '../../components/Picture';
import { beforeAndAfter, lineOfPicture, pictures } from '../../domain/cases';
import { countOfPeople } from '../../domain/photos';
import { AddPhotos } from './AddPhotos';

/** The pictures of a case, cameras' and people's, and where more can be added. */
export function Evidence({ item }: { item: CaseDetail }) {
  const { t } = useTranslation();
  const may = useMay();
  const person = usePerson();
  const moves = useMoves(item.case_id, item.version, person?.name).data ?? [];
  const [adding, setAdding] = useState(false);
  const [shown, setShown] = useState<Shot>();
  const all = pictures(item);
  const { before, after } = beforeAndAfter(all);
  const mayAdd = may('POST /api/v1/cases/{case_id}/pictures') && moves.some(({ action }) => action === 'note');
  return (
    <Card
      size="small"
      title={t('case.evidence')}
      extra={
        mayAdd ? (
          <Button size="small" icon={<CameraOutlined />} onClick={() => setAdding(true)}>
            {t('photos.add')}
          </Button>
        ) : null
      }
    >
      {before === undefined ? (
        all.length === 0 ? (
          <Nothing title={t('case.noPicture')} />
        ) : null
      ) : after === undefined ? (
        <>
          <Picture src={evidenceUrl(before, item.case_id)} alt={t(`kind.${before.kind}`)} missing={t('case.pictureGone')} />
          <p className="muted">{t('case.noAfter')}</p>
        </>
      ) : shapeOf(before) !== shapeOf(after) ? (
        <div className="pair">
          {[before, after].map((picture) => (
            <figure key={picture.key}>
              <Picture src={evidenceUrl(picture, item.case_id)} alt={t(`kind.${picture.kind}`)} missing={t('case.pictureGone')} />
              <figcaption>
                <Caption item={item} picture={picture} />
              </figcaption>
            </figure>
          ))}
        </div>
      ) : (
        <Compare before={evidenceUrl(before, item.case_id)} after={evidenceUrl(after, item.case_id)} />
      )}
      {all.length > 1 || before === undefined ? (
        <div className="strip" style={{ marginTop: 10 }} tabIndex={0} role="region" aria-label={t('case.evidence')}>
          {all.map((picture) => (
            <figure key={picture.key}>
              <button type="button" className="enlarge" aria-label={t('photos.open', { kind: t(`kind.${picture.kind}`) })} onClick={() => setShown(picture)}>
                <Picture src={evidenceUrl(picture, item.case_id)} alt={t(`kind.${picture.kind}`)} missing={t('case.pictureGone')} />
              </button>
              <figcaption>
                <Caption item={item} picture={picture} />
              </figcaption>
            </figure>
          ))}
        </div>
      ) : null}
      {adding ? <AddPhotos caseId={item.case_id} taken={countOfPeople(all.map(({ key }) => key))} onClose={() => setAdding(false)} /> : null}
      {shown ? (
        <Modal open footer={null} width={960} title={<Caption item={item} picture={shown} />} onCancel={() => setShown(undefined)}>
          <Picture
            src={evidenceUrl(shown, item.case_id)}
            alt={t(`kind.${shown.kind}`)}
            missing={t('case.pictureGone')}
            style={{ aspectRatio: shown.size_wh.join(' / '), maxHeight: '75vh', objectFit: 'contain' }}
          />
        </Modal>
      ) : null}
    </Card>
  );
}

/** Only pictures of one shape can be laid over each other: a telephone's is seldom a camera's. */
function shapeOf({ size_wh: [width, height] }: Shot): string {
  return (width / height).toFixed(1);
}

/** What a picture shows, when it was taken, and who has added it where a person has. */
function Caption({ item, picture }: { item: CaseDetail; picture: Shot }) {
  const { t } = useTranslation();
  const line = lineOfPicture(item.history, picture);
  return (
    <>
      {t(`kind.${picture.kind}`)} · <Moment at={picture.captured_at} />
      {line ? <span>{` · ${line.actor}`}</span> : null}
    </>
  );
}
