import { Table, Tooltip, type TableProps } from 'antd';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';

import type { CameraScore } from '../../api/client';
import { useCameraScores } from '../../api/indicators';
import { useCameras, useCity } from '../../api/queries';
import { cameraName, Failure } from '../../components/parts';
import { Plot } from '../../components/Plot';
import { percent, span } from '../../domain/figures';
import type { Period } from '../../domain/period';
import { nameOf, useLanguage } from '../../i18n';

/** How well the cameras report, and how much of the city they see. */
export function CameraScores({ period }: { period: Period }) {
  const { t } = useTranslation();
  const language = useLanguage();
  const city = useCity().data;
  const found = useCameraScores(period);
  const coverage = Object.entries(found.data?.coverage ?? {});
  return (
    <div className="stack">
      {found.isError ? <Failure error={found.error} onRetry={() => void found.refetch()} /> : null}
      {coverage.length > 0 ? (
        <div>
          <h2 className="part" style={{ marginBottom: 6 }}>
            {t('indicators.camera.coverage')} <span className="muted">· {t('indicators.cameraHints.coverage')}</span>
          </h2>
          <Plot
            kind="bar"
            horizontal
            label={t('indicators.camera.coverage')}
            height={44 + coverage.length * 26}
            max={1}
            labels={coverage.map(([layer]) => nameOf(city, 'layers', layer, language))}
            series={[{ name: t('indicators.camera.coverage'), values: coverage.map(([, ratio]) => ratio.value ?? null), colour: '#2f9e6e' }]}
            write={(value) => percent(value, 0)}
          />
        </div>
      ) : null}
      <Scores scores={found.data?.cameras ?? []} pending={found.isPending} />
    </div>
  );
}

function Scores({ scores, pending }: { scores: readonly CameraScore[]; pending: boolean }) {
  const { t } = useTranslation();
  const language = useLanguage();
  const cameras = useCameras().data;
  const name = (id: string) =>
    id === '' ? t('indicators.all') : cameraName(cameras?.find((each) => each.camera_id === id), id, language);
  const hinted = (key: 'valid' | 'on_time_verification' | 'false_alarms' | 'detection') => (
    <Tooltip title={`${t('indicators.formula')}: ${t(`indicators.cameraHints.${key}`)}`}>{t(`indicators.camera.${key}`)}</Tooltip>
  );
  const columns: TableProps<CameraScore>['columns'] = [
    {
      title: t('indicators.by.camera'),
      key: 'camera',
      render: (_, score) =>
        score.camera_id === '' ? <b>{name('')}</b> : <Link to={`/cameras/${encodeURIComponent(score.camera_id)}`}>{name(score.camera_id)}</Link>,
    },
    { title: t('indicators.camera.reports'), dataIndex: 'reports', align: 'right', sorter: (a, b) => a.reports - b.reports },
    {
      title: hinted('valid'),
      key: 'valid',
      align: 'right',
      render: (_, { valid }) => (
        <Tooltip title={t('indicators.counted', { part: valid.part, whole: valid.whole })}>
          <span>{percent(valid.value)}</span>
        </Tooltip>
      ),
      sorter: (a, b) => (a.valid.value ?? -1) - (b.valid.value ?? -1),
    },
    {
      title: hinted('on_time_verification'),
      key: 'verification',
      align: 'right',
      render: (_, score) => percent(score.on_time_verification.value),
      sorter: (a, b) => (a.on_time_verification.value ?? -1) - (b.on_time_verification.value ?? -1),
    },
    {
      title: hinted('false_alarms'),
      key: 'false',
      align: 'right',
      render: (_, score) => score.false_alarms_a_day.toFixed(2),
      sorter: (a, b) => a.false_alarms_a_day - b.false_alarms_a_day,
    },
    {
      title: hinted('detection'),
      key: 'detection',
      align: 'right',
      render: (_, score) => span(score.detection_s, language),
      sorter: (a, b) => (a.detection_s ?? -1) - (b.detection_s ?? -1),
    },
  ];
  return (
    <Table<CameraScore>
      size="small"
      rowKey="camera_id"
      columns={columns}
      dataSource={[...scores]}
      loading={pending}
      pagination={scores.length > 51 ? { pageSize: 50, showSizeChanger: false } : false}
    />
  );
}
