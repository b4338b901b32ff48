import { ArrowLeftOutlined } from '@ant-design/icons';
import { Alert, App, Button, Card, Collapse, Input } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useNavigate } from 'react-router';

import { usePerson } from '../api/account';
import { useAddCamera, type Probed } from '../api/configuration';
import { useCameras } from '../api/queries';
import { Discovery, type Taken } from '../camera/Discovery';
import { Refused } from '../camera/Faults';
import { NameFields, PlaceFields, SourceFields, WatchFields } from '../camera/fields';
import type { CameraFile } from '../camera/file';
import { Probe } from '../camera/Probe';
import { useMayConfigure } from '../camera/SaveBar';
import { SignInDialog } from '../layout/SignIn';

const ID = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/;

const EMPTY: CameraFile = {
  id: '',
  names: { en: '', zh: '' },
  source: { url: '' },
  watch: { mode: 'continuous', look_interval_s: 2 },
  position: { lon: 0, lat: 0, crs: 'EPSG:4326', error_m: 50 },
  zones: [],
  matters: null,
  overrides: {},
};

/** An id made of a name, where letters are to be found in it. */
export function idOf(name: string): string {
  return name
    .normalize('NFKD')
    .replace(/[^A-Za-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .toLowerCase()
    .slice(0, 64);
}

/** Adds a camera by its address: visit it, name it, place it. */
export function AddCamera() {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const navigate = useNavigate();
  const cameras = useCameras().data;
  const person = usePerson();
  const mayConfigure = useMayConfigure();
  const [signing, setSigning] = useState(false);
  const [file, setFile] = useState(EMPTY);
  const [ownId, setOwnId] = useState<string>();
  const [probed, setProbed] = useState<Probed>();
  const add = useAddCamera();
  const id = ownId ?? idOf(file.names.en);
  const taken = cameras?.some((camera) => camera.camera_id === id) ?? false;
  const placed = file.position.lon !== 0 || file.position.lat !== 0;
  const missing = [
    file.source.url.trim() === '' && t('adding.lacksAddress'),
    file.names.zh.trim() === '' && file.names.en.trim() === '' && t('adding.lacksName'),
    !ID.test(id) && t('adding.lacksId'),
    taken && t('adding.idTaken', { id }),
    !placed && t('adding.lacksPlace'),
  ].filter((each): each is string => each !== false);
  const fields = { file, onChange: (values: Partial<CameraFile>) => setFile((before) => ({ ...before, ...values })) };
  const take = ({ url, name }: Taken) =>
    setFile((before) => {
      const named = before.names.zh !== '' || before.names.en !== '';
      return { ...before, source: { ...before.source, url }, names: named ? before.names : { zh: name, en: name } };
    });
  const save = () => {
    const { zh, en } = file.names;
    const names = { zh: zh.trim() || en.trim(), en: en.trim() || zh.trim() };
    add.mutate(
      { file: { ...file, id, names }, note: '' },
      {
        onSuccess: () => {
          void message.success(t('adding.done'));
          void navigate(`/cameras/${encodeURIComponent(id)}/zones`);
        },
      },
    );
  };
  return (
    <div className="page-body stack">
      <div className="row wrap">
        <Link to="/cameras">
          <ArrowLeftOutlined /> {t('cameras.back')}
        </Link>
        <h1 className="page">{t('adding.title')}</h1>
      </div>
      <div className="two-cards">
        <Card size="small" title={`1 · ${t('setup.source')}`}>
          <SourceFields {...fields} />
          <Collapse
            className="inset"
            size="small"
            items={[
              {
                key: 'discovery',
                label: t('discovery.title'),
                children: <Discovery mayAsk={mayConfigure} credentials={file.source.credentials} taken={file.source.url} onTake={take} />,
              },
            ]}
          />
          <Probe source={file.source} interval={file.watch.look_interval_s} onProbed={setProbed} />
          {probed === undefined ? <p className="muted">{t('adding.probeHint')}</p> : null}
        </Card>
        <div className="stack">
          <Card size="small" title={`2 · ${t('setup.names')}`}>
            <NameFields {...fields} />
            <div className="form-grid">
              <label htmlFor="camera-id">{t('adding.id')}</label>
              <Input id="camera-id" className="mono" value={id} maxLength={64} status={taken ? 'error' : ''} onChange={(event) => setOwnId(event.target.value)} />
              <p className="muted wide">{t('adding.idHint')}</p>
            </div>
          </Card>
          <Card size="small" title={`3 · ${t('setup.place')}`}>
            <PlaceFields {...fields} />
          </Card>
          <Card size="small" title={`4 · ${t('setup.watch')}`}>
            <WatchFields {...fields} />
          </Card>
          {missing.length ? <Alert type="info" showIcon title={t('adding.missing')} description={missing.join(' ')} /> : null}
          {probed && !probed.is_good ? <Alert type="warning" showIcon title={t('adding.notReached')} /> : null}
          {add.isError ? <Refused error={add.error} /> : null}
          <div className="row">
            {person === undefined ? (
              <Button type="primary" onClick={() => setSigning(true)}>
                {t('saving.signIn')}
              </Button>
            ) : (
              <Button type="primary" disabled={missing.length > 0 || !mayConfigure} loading={add.isPending} onClick={save}>
                {t('adding.add')}
              </Button>
            )}
            {person && !mayConfigure ? <span className="muted">{t('saving.mayNot')}</span> : null}
          </div>
        </div>
      </div>
      <SignInDialog open={signing} onClose={() => setSigning(false)} />
    </div>
  );
}
