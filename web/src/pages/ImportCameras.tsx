import { ArrowLeftOutlined, DownloadOutlined, InboxOutlined } from '@ant-design/icons';
import { Alert, Button, Card, Input, Table, Upload, type TableProps } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';

import { useImport, type Imported, type ImportRow } from '../api/configuration';
import { FaultList, Refused } from '../camera/Faults';
import { Outcome } from '../camera/fields';
import { useMayConfigure } from '../camera/SaveBar';
import { textOfTable } from '../domain/tables';

const EXAMPLE = `id,name_zh,name_en,url,credentials,lon,lat,crs,error_m,mode,look_interval_s
gate-1,东门一号,Gate 1,rtsp://192.0.2.10:554/stream1,market_cameras,114.1301,22.5402,EPSG:4326,20,continuous,2
corner-2,路口二号,Corner 2,http://192.0.2.11/snapshot.jpg,,114.1312,22.5410,EPSG:4326,30,patrol,60
`;

/** Many cameras from a table: tried first, row by row, then added. */
export function ImportCameras() {
  const { t } = useTranslation();
  const [csv, setCsv] = useState('');
  const [unread, setUnread] = useState<string>();
  const [tried, setTried] = useState('');
  const run = useImport();
  const mayConfigure = useMayConfigure();
  const result = run.data && tried === csv ? run.data : undefined;
  const go = (dryRun: boolean) => {
    setTried(csv);
    run.mutate({ csv, dryRun });
  };
  const read = async (file: File) => {
    const text = textOfTable(await file.arrayBuffer());
    setUnread(text === undefined ? file.name : undefined);
    if (text !== undefined) setCsv(text);
  };
  const good = result?.good ?? 0;
  return (
    <div className="page-body stack">
      <div className="row wrap">
        <Link to="/cameras">
          <ArrowLeftOutlined /> {t('cameras.back')}
        </Link>
        <h1 className="page">{t('importing.title')}</h1>
      </div>
      <Card size="small">
        <div className="stack">
          <div className="row wrap">
            <span className="grow muted">{t('importing.hint')}</span>
            <Button icon={<DownloadOutlined />} onClick={saveExample}>
              {t('importing.example')}
            </Button>
          </div>
          <Upload.Dragger
            accept=".csv,text/csv"
            showUploadList={false}
            beforeUpload={(file) => {
              void read(file);
              return false;
            }}
          >
            <p>
              <InboxOutlined /> {t('importing.drop')}
            </p>
          </Upload.Dragger>
          {unread === undefined ? null : <Alert type="error" showIcon role="alert" title={t('importing.unreadable', { name: unread })} />}
          <Input.TextArea
            className="mono"
            aria-label={t('importing.text')}
            placeholder={EXAMPLE}
            rows={6}
            value={csv}
            onChange={(event) => setCsv(event.target.value)}
          />
          <div className="row wrap">
            <Button type={good > 0 ? 'default' : 'primary'} disabled={csv.trim() === '' || !mayConfigure} loading={run.isPending} onClick={() => go(true)}>
              {t('importing.try')}
            </Button>
            {result?.dry_run && good > 0 ? (
              <Button type="primary" loading={run.isPending} onClick={() => go(false)}>
                {t('importing.go', { count: good })}
              </Button>
            ) : null}
            {mayConfigure ? null : <span className="muted">{t('saving.mayNot')}</span>}
          </div>
          {run.isError ? <Refused error={run.error} /> : null}
        </div>
      </Card>
      {result ? <Rows result={result} /> : null}
    </div>
  );
}

function Rows({ result }: { result: Imported }) {
  const { t } = useTranslation();
  const { good, refused: faulty, dry_run: tried } = result;
  const columns: TableProps<ImportRow>['columns'] = [
    { title: t('importing.row'), dataIndex: 'line', width: 80 },
    {
      title: t('cameras.camera'),
      key: 'camera',
      width: 200,
      render: (_, row) =>
        row.is_good && !tried ? <Link to={`/cameras/${encodeURIComponent(row.camera_id)}/zones`}>{row.camera_id}</Link> : <span className="mono">{row.camera_id}</span>,
    },
    {
      title: t('importing.outcome'),
      key: 'outcome',
      width: 160,
      render: (_, row) => (
        <Outcome passed={row.is_good}>{t(!row.is_good ? 'importing.is.faulty' : tried ? 'importing.is.ready' : 'importing.is.added')}</Outcome>
      ),
    },
    { title: t('importing.why'), key: 'why', render: (_, row) => <FaultList faults={[...row.faults, ...row.notices.map((notice) => ({ ...notice, where: '', remedy: '', remedy_zh: '' }))]} /> },
  ];
  return (
    <>
      <Alert
        type={faulty ? 'warning' : 'success'}
        showIcon
        role="status"
        title={tried ? t('importing.tried', { good, faulty }) : t('importing.done', { added: good, faulty })}
      />
      <Table<ImportRow> size="small" rowKey="line" columns={columns} dataSource={result.rows} pagination={result.rows.length > 100 ? { pageSize: 100 } : false} />
    </>
  );
}

function saveExample(): void {
  const link = document.createElement('a');
  // With a byte order mark, or spreadsheet programs take the Chinese names for another encoding.
  link.href = URL.createObjectURL(new Blob(['\ufeff', EXAMPLE], { type: 'text/csv' }));
  link.download = 'cameras.csv';
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}
