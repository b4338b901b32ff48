import { DeleteOutlined, EditOutlined, UndoOutlined } from '@ant-design/icons';
import { Alert, Button, Input, Modal, Segmented, Select } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';

import { useCity, useGrid } from '../api/queries';
import { BaseMapPicker } from '../calibration/BaseMapPicker';
import { useBaseMap } from '../calibration/useBaseMap';
import { WGS84 } from '../domain/crs';
import { useLanguage } from '../i18n';
import type { Corner } from '../zones/geometry';
import { RegionMap, type Neighbour } from './RegionMap';
import { faultOf, fromGeoJson, isOnTheMap, NO_REGION, type PasteFault, type Region } from './region';

interface Props {
  title: string;
  region: Region;
  others: readonly Neighbour[];
  readOnly: boolean;
  onDone: (region: Region) => void;
  onClose: () => void;
}

type Way = 'polygon' | 'cells';

/** A part of the city, drawn on the grid, pasted, or chosen by its cells. */
export function RegionDialog({ title, region, others, readOnly, onDone, onClose }: Props) {
  const { t } = useTranslation();
  const language = useLanguage();
  const city = useCity().data;
  const [layer, setLayer] = useState<string>();
  const shownLayer = layer ?? city?.layers[0]?.id;
  const grid = useGrid(shownLayer);
  const [steps, setSteps] = useState<readonly Region[]>([region]);
  const now = steps.at(-1) ?? region;
  const put = (next: Region) => setSteps([...steps, next]);
  const [way, setWay] = useState<Way>(region.cells.length ? 'cells' : 'polygon');
  const [drawing, setDrawing] = useState(region.corners.length === 0 && region.cells.length === 0);
  const onTheMap = isOnTheMap(now);
  const [first] = isOnTheMap(region) ? region.corners : [];
  const base = useBaseMap('regions', first && { lon: first[0], lat: first[1] });
  const shown = onTheMap ? now.corners : [];
  const fault = onTheMap ? faultOf(shown) : undefined;
  const shape = (corners: readonly Corner[]) => {
    setDrawing(false);
    put({ corners, crs: now.crs && onTheMap ? now.crs : WGS84, cells: [] });
  };
  const cell = (code: string) => {
    const cells = now.cells.includes(code) ? now.cells.filter((each) => each !== code) : [...now.cells, code].sort();
    put({ ...NO_REGION, cells });
  };
  const mode = readOnly ? 'view' : way === 'cells' ? 'cells' : drawing ? 'draw' : 'edit';
  return (
    <Modal
      open
      width={1000}
      style={{ top: 16 }}
      title={title}
      okText={t('region.take')}
      cancelText={t('case.cancel')}
      okButtonProps={{ disabled: readOnly || fault !== undefined }}
      onOk={() => onDone(now)}
      onCancel={onClose}
    >
      <div className="stack">
        <div className="row wrap">
          <Segmented
            aria-label={t('region.way')}
            value={way}
            options={(['polygon', 'cells'] as const).map((value) => ({ value, label: t(`region.ways.${value}`) }))}
            onChange={setWay}
          />
          {city && city.layers.length > 1 ? (
            <Select
              aria-label={t('region.layer')}
              style={{ width: 170 }}
              value={shownLayer}
              options={city.layers.map((each) => ({ value: each.id, label: each[language] }))}
              onChange={setLayer}
            />
          ) : null}
          <BaseMapPicker chosen={base.chosen} onChoose={base.choose} />
          <span className="grow" />
          <Button icon={<UndoOutlined />} disabled={steps.length === 1} onClick={() => setSteps(steps.slice(0, -1))}>
            {t('zones.undo')}
          </Button>
          {way === 'polygon' ? (
            <Button icon={<EditOutlined />} disabled={readOnly || drawing} onClick={() => setDrawing(true)}>
              {t(shown.length ? 'region.anew' : 'region.draw')}
            </Button>
          ) : null}
          <Button danger icon={<DeleteOutlined />} disabled={readOnly || (now.corners.length === 0 && now.cells.length === 0)} onClick={() => put(NO_REGION)}>
            {t('region.clear')}
          </Button>
        </div>
        <span className="muted">{t(`region.hint.${mode}`)}</span>
        {onTheMap ? null : <Alert type="info" showIcon title={t('region.otherCrs', { crs: now.crs })} description={t('region.otherCrsHint')} />}
        {fault ? <Alert type="error" showIcon role="alert" title={t(`region.fault.${fault}`)} description={t('region.faultHint')} /> : null}
        <div className="panel" style={{ height: 'min(400px, 42vh)' }}>
          <RegionMap
            label={t('region.map')}
            grid={grid.data}
            base={base.ground}
            corners={way === 'polygon' ? shown : []}
            cells={way === 'cells' ? now.cells : []}
            others={others}
            mode={mode}
            faulty={fault !== undefined}
            onShape={shape}
            onCell={cell}
          />
        </div>
        {way === 'cells' ? (
          <label className="stack tight">
            {t('region.cells')}
            <Select
              mode="tags"
              aria-label={t('region.cells')}
              value={[...now.cells]}
              disabled={readOnly}
              options={cellsOf(grid.data?.features ?? [])}
              onChange={(cells: string[]) => put({ ...NO_REGION, cells })}
            />
          </label>
        ) : (
          <Paste key={steps.length} corners={shown} readOnly={readOnly} onPasted={shape} />
        )}
      </div>
    </Modal>
  );
}

/** The corners as GeoJSON: to be copied, and to be pasted from another program. */
function Paste({ corners, readOnly, onPasted }: { corners: readonly Corner[]; readOnly: boolean; onPasted: (corners: Corner[]) => void }) {
  const { t } = useTranslation();
  const written = corners.length ? JSON.stringify({ type: 'Polygon', coordinates: [[...corners, corners[0]]] }) : '';
  const [text, setText] = useState(written);
  const [fault, setFault] = useState<PasteFault>();
  const take = () => {
    const read = fromGeoJson(text);
    if ('fault' in read) setFault(read.fault);
    else onPasted(read.corners);
  };
  return (
    <div className="stack tight">
      <label className="stack tight">
        {t('region.geojson')}
        <Input.TextArea
          className="mono"
          aria-label={t('region.geojson')}
          autoSize={{ minRows: 2, maxRows: 6 }}
          value={text}
          readOnly={readOnly}
          status={fault ? 'error' : undefined}
          onChange={({ target }) => {
            setText(target.value);
            setFault(undefined);
          }}
        />
      </label>
      {fault ? <Alert type="error" showIcon role="alert" title={t(`region.pasteFault.${fault}`)} /> : null}
      <div>
        <Button disabled={readOnly || text === written} onClick={take}>
          {t('region.paste')}
        </Button>
      </div>
    </div>
  );
}

interface Cell {
  properties?: { code?: string; name?: string };
}

function cellsOf(features: readonly object[]): { value: string; label: string }[] {
  return features.flatMap((feature) => {
    const { code, name = '' } = (feature as Cell).properties ?? {};
    return code === undefined ? [] : [{ value: code, label: `${code} ${name}` }];
  });
}
