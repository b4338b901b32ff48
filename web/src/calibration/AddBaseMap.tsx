import { UploadOutlined } from '@ant-design/icons';
import { Button, Input, Modal, Radio, Upload } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';

import { useAddBaseMap, type BaseMap } from '../api/baseMaps';
import { Refused } from '../camera/Faults';
import { CrsSelect } from '../camera/fields';
import { readWorldFile, writeCorners } from './placing';

const CORNERS = ['topLeft', 'topRight', 'bottomLeft'] as const;
const PROJECTED = /^EPSG:\d{4,6}$/;

/** Takes in a site plan or an aerial picture, with its corners or its world file. */
export function AddBaseMap({ onClose }: { onClose: (added?: BaseMap) => void }) {
  const { t } = useTranslation();
  const add = useAddBaseMap();
  const [file, setFile] = useState<File>();
  const [name, setName] = useState('');
  const [crs, setCrs] = useState('EPSG:4326');
  const [by, setBy] = useState<'corners' | 'worldFile'>('corners');
  const [corners, setCorners] = useState<readonly string[]>(['', '', '']);
  const [world, setWorld] = useState('');
  const placed = by === 'corners' ? writeCorners(corners) : readWorldFile(world);
  const ready = file !== undefined && name.trim() !== '' && placed !== undefined;
  const go = () => {
    if (!file || placed === undefined) return;
    const place = by === 'corners' ? { corners: placed } : { worldFile: placed };
    add.mutate({ file, name: name.trim(), crs: crs.trim(), ...place }, { onSuccess: onClose });
  };
  const choose = (chosen: File) => {
    setFile(chosen);
    setName((before) => before || chosen.name.replace(/\.\w+$/, ''));
    return false;
  };
  const readWorld = (chosen: File) => {
    void chosen.slice(0, 2_000).text().then(setWorld);
    return false;
  };
  return (
    <Modal
      open
      title={t('baseMap.addTitle')}
      okText={t('baseMap.add')}
      cancelText={t('case.cancel')}
      okButtonProps={{ disabled: !ready, loading: add.isPending }}
      onOk={go}
      onCancel={() => onClose()}
    >
      <div className="stack">
        <p className="muted">{t('baseMap.hint')}</p>
        <Upload accept="image/jpeg,image/png" maxCount={1} fileList={file ? [{ uid: '1', name: file.name }] : []} beforeUpload={choose} onRemove={() => setFile(undefined)}>
          <Button icon={<UploadOutlined />}>{t('baseMap.choose')}</Button>
        </Upload>
        <div className="form-grid">
          <label htmlFor="base-name">{t('baseMap.name')}</label>
          <Input id="base-name" value={name} maxLength={100} onChange={(event) => setName(event.target.value)} />
          <label htmlFor="base-crs">{t('field.crs')}</label>
          <div className="row">
            <CrsSelect id="base-crs" value={crs} onChange={setCrs} />
            <Input aria-label={t('baseMap.otherCrs')} placeholder="EPSG:4547" value={PROJECTED.test(crs) || crs === 'GCJ-02' ? crs : ''} onChange={(event) => setCrs(event.target.value)} />
          </div>
        </div>
        <Radio.Group
          value={by}
          onChange={(event) => setBy(event.target.value as typeof by)}
          options={(['corners', 'worldFile'] as const).map((each) => ({ value: each, label: t(`baseMap.by.${each}`) }))}
        />
        {by === 'corners' ? (
          <div className="form-grid">
            {CORNERS.map((corner, index) => [
              <label key={`${corner} label`} htmlFor={`base-${corner}`}>
                {t(`baseMap.${corner}`)}
              </label>,
              <Input
                key={corner}
                id={`base-${corner}`}
                className="mono"
                placeholder="114.1305, 22.5478"
                value={corners[index]}
                maxLength={60}
                onChange={(event) => setCorners(corners.map((text, at) => (at === index ? event.target.value : text)))}
              />,
            ])}
            <p className="muted wide">{t('baseMap.cornersHint')}</p>
          </div>
        ) : (
          <>
            <Upload accept=".jgw,.pgw,.wld,.tfw,.txt" showUploadList={false} beforeUpload={readWorld}>
              <Button icon={<UploadOutlined />}>{t('baseMap.chooseWorld')}</Button>
            </Upload>
            <Input.TextArea aria-label={t('baseMap.world')} className="mono" rows={6} value={world} maxLength={2_000} onChange={(event) => setWorld(event.target.value)} />
            <p className="muted">{t('baseMap.worldHint')}</p>
          </>
        )}
        {add.isError ? <Refused error={add.error} /> : null}
      </div>
    </Modal>
  );
}
