import { SearchOutlined } from '@ant-design/icons';
import { Alert, Button, Input } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';

import { useAskDevice, useDiscoveryMeans, useSearchNetwork, type AskedDevice, type FoundDevice, type OfferedStream } from '../api/discovery';
import { useNames } from '../components/names';
import { Mark } from '../components/parts';
import { FaultList, Refused } from './Faults';

export interface Taken {
  url: string;
  /** What the device calls itself. */
  name: string;
}

interface Props {
  /** Whether the person may add cameras: nobody else may ask. */
  mayAsk: boolean;
  credentials: string | null | undefined;
  taken: string;
  onTake: (taken: Taken) => void;
}

/** Finds ONVIF cameras on the network, asks one for its streams, and takes the address of a stream. */
export function Discovery({ mayAsk, credentials, taken, onTake }: Props) {
  const { t } = useTranslation();
  const means = useDiscoveryMeans(mayAsk);
  const search = useSearchNetwork();
  const asked = useAskDevice();
  const [typed, setTyped] = useState('');
  const [chosen, setChosen] = useState('');
  const go = (address: string) => {
    setChosen(address);
    asked.mutate({ address, credentials });
  };
  if (!mayAsk) return <p className="muted">{t('discovery.mayNot')}</p>;
  const allowed = means.data?.is_allowed ?? false;
  return (
    <div className="stack">
      <p className="muted">{t('discovery.hint')}</p>
      <div className="row wrap">
        <Button icon={<SearchOutlined />} disabled={!allowed} loading={search.isPending} onClick={() => search.mutate()}>
          {t('discovery.search')}
        </Button>
        {search.isPending ? (
          <span className="muted" role="status">
            {t('discovery.searching')}
          </span>
        ) : null}
        {means.data && !allowed ? <span className="muted">{t('discovery.off')}</span> : null}
      </div>
      {search.isError ? <Refused error={search.error} /> : null}
      {search.data ? <Devices devices={search.data.devices} isCut={search.data.is_cut} odd={search.data.odd} waits={asked.isPending} chosen={chosen} onAsk={go} /> : null}
      <form
        className="row"
        onSubmit={(event) => {
          event.preventDefault();
          if (typed.trim()) go(typed.trim());
        }}
      >
        <Input
          aria-label={t('discovery.device')}
          className="mono"
          placeholder="192.0.2.10"
          value={typed}
          maxLength={2000}
          onChange={(event) => setTyped(event.target.value)}
        />
        <Button htmlType="submit" disabled={typed.trim() === ''} loading={asked.isPending && chosen === typed.trim()}>
          {t('discovery.ask')}
        </Button>
      </form>
      {asked.isError ? <Refused error={asked.error} /> : null}
      {asked.data ? <Streams device={asked.data} taken={taken} onTake={onTake} /> : null}
    </div>
  );
}

interface DevicesProps {
  devices: FoundDevice[];
  isCut: boolean;
  odd: number;
  waits: boolean;
  chosen: string;
  onAsk: (address: string) => void;
}

function Devices({ devices, isCut, odd, waits, chosen, onAsk }: DevicesProps) {
  const { t } = useTranslation();
  return (
    <>
      <p role="status">
        {t('discovery.found', { count: devices.length })} {odd ? <span className="muted">{t('discovery.odd', { count: odd })}</span> : null}
      </p>
      {devices.length === 0 ? <p className="muted">{t('discovery.noneHint')}</p> : null}
      <ul className="lines scrolls" aria-label={t('discovery.devices')}>
        {devices.map((device) => (
          <li key={`${device.host} ${device.address}`} className="row wrap">
            <div className="grow">
              <b>{device.name || device.host}</b> <span className="muted">{device.hardware}</span>
              <div className="mono muted">{device.host}</div>
              {device.camera_ids.length > 0 ? <Configured ids={device.camera_ids} /> : null}
              {device.fault ? <FaultList faults={[{ ...device.fault, where: '' }]} /> : null}
            </div>
            {device.fault ? null : (
              <Button size="small" loading={waits && chosen === device.address} onClick={() => onAsk(device.address)}>
                {t('discovery.ask')}
              </Button>
            )}
          </li>
        ))}
      </ul>
      {isCut ? <p className="muted">{t('discovery.cut')}</p> : null}
    </>
  );
}

/** The cameras that are on a host already. */
function Configured({ ids }: { ids: readonly string[] }) {
  const { t, camera } = useNames();
  return (
    <div>
      <Mark colour="#389e0d">
        {t('discovery.configured')}{' '}
        {ids.map((id, index) => (
          <span key={id}>
            {index ? ' · ' : ''}
            <Link to={`/cameras/${encodeURIComponent(id)}`}>{camera(id)}</Link>
          </span>
        ))}
      </Mark>
    </div>
  );
}

function Streams({ device, taken, onTake }: { device: AskedDevice; taken: string; onTake: (taken: Taken) => void }) {
  const { t } = useTranslation();
  if (device.fault) return <Alert type="error" showIcon title={t('discovery.failed')} description={<FaultList faults={[{ ...device.fault, where: '' }]} />} />;
  return (
    <>
      <p role="status">
        <b>{device.name}</b> {t('discovery.streams', { count: device.streams.length })}
      </p>
      <ul className="lines" aria-label={t('discovery.streamList')}>
        {device.streams.map((stream, index) => (
          <li key={index} className="row wrap">
            <div className="grow">
              <b>{stream.profile}</b> <span className="muted">{described(stream, (fps) => t('discovery.perSecond', { fps }))}</span>
              <div className="mono muted clip" title={stream.url}>
                {stream.url}
              </div>
              {stream.fault ? <FaultList faults={[{ ...stream.fault, where: '' }]} /> : null}
            </div>
            {stream.fault ? null : (
              <Button size="small" type={taken === stream.url ? 'default' : 'primary'} disabled={taken === stream.url} onClick={() => onTake({ url: stream.url, name: device.name })}>
                {t(taken === stream.url ? 'discovery.isTaken' : 'discovery.take')}
              </Button>
            )}
          </li>
        ))}
      </ul>
    </>
  );
}

/** Size, coding and pictures a second of a stream, as far as the device tells them. */
function described({ resolution_wh: size, codec, fps }: OfferedStream, perSecond: (fps: number) => string): string {
  return [size ? `${size[0]} × ${size[1]}` : '', codec?.toUpperCase() ?? '', fps ? perSecond(fps) : ''].filter(Boolean).join(' · ');
}
