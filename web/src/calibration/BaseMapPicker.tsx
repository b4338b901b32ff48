import { DeleteOutlined, PictureOutlined } from '@ant-design/icons';
import { Button, Popconfirm, Select } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';

import { useBaseMaps, useRemoveBaseMap, type BaseMap } from '../api/baseMaps';
import { useMayConfigure } from '../camera/SaveBar';
import { Failure } from '../components/parts';
import { AddBaseMap } from './AddBaseMap';

interface Props {
  chosen: BaseMap | undefined;
  onChoose: (id: string) => void;
}

/** Chooses a picture of the ground to lie under the map, takes a new one in, and removes one. */
export function BaseMapPicker({ chosen, onChoose }: Props) {
  const { t } = useTranslation();
  const maps = useBaseMaps().data ?? [];
  const remove = useRemoveBaseMap();
  const mayConfigure = useMayConfigure();
  const [adding, setAdding] = useState(false);
  const away = ({ map_id: id }: BaseMap) => remove.mutate(id, { onSuccess: () => onChoose('') });
  return (
    <>
      <label className="row" htmlFor="base-map">
        {t('baseMap.title')}
        <Select
          id="base-map"
          style={{ minWidth: 150 }}
          value={chosen?.map_id ?? ''}
          options={[{ value: '', label: t('baseMap.none') }, ...maps.map(({ map_id: value, name: label }) => ({ value, label }))]}
          onChange={onChoose}
        />
      </label>
      {mayConfigure ? (
        <>
          <Button icon={<PictureOutlined />} onClick={() => setAdding(true)}>
            {t('baseMap.add')}
          </Button>
          {chosen ? (
            <Popconfirm title={t('baseMap.removeSure', { name: chosen.name })} description={t('baseMap.removeHint')} okText={t('baseMap.remove')} cancelText={t('case.cancel')} onConfirm={() => away(chosen)}>
              <Button icon={<DeleteOutlined />} aria-label={t('baseMap.remove')} loading={remove.isPending} />
            </Popconfirm>
          ) : null}
        </>
      ) : null}
      {remove.isError ? <Failure error={remove.error} /> : null}
      {adding ? (
        <AddBaseMap
          onClose={(added) => {
            setAdding(false);
            if (added) onChoose(added.map_id);
          }}
        />
      ) : null}
    </>
  );
}
