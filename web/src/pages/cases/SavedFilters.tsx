import { DeleteOutlined, StarOutlined } from '@ant-design/icons';
import { Button, Dropdown, Input, Modal } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useSearchParams } from 'react-router';

import { forgetFilter, savedFilters, saveFilter } from '../../domain/filters';

/** Filters under names of one's own, kept in this browser. */
export function SavedFilters({ active }: { active: boolean }) {
  const { t } = useTranslation();
  const [parameters, setParameters] = useSearchParams();
  const [kept, setKept] = useState(savedFilters);
  const [naming, setNaming] = useState<string>();
  const store = () => {
    const name = naming?.trim();
    if (!name) return;
    setKept(saveFilter(name, parameters.toString()));
    setNaming(undefined);
  };
  return (
    <>
      <Dropdown
        trigger={['click']}
        menu={{
          items: [
            ...kept.map(({ name, query }) => ({
              key: name,
              label: (
                <span className="row">
                  <span className="grow">{name}</span>
                  <Button
                    type="text"
                    size="small"
                    icon={<DeleteOutlined />}
                    aria-label={`${t('settings.remove')} ${name}`}
                    onClick={(event) => {
                      event.stopPropagation();
                      setKept(forgetFilter(name));
                    }}
                  />
                </span>
              ),
              onClick: () => setParameters(new URLSearchParams(query), { replace: true }),
            })),
            { type: 'divider' as const },
            { key: '+', disabled: !active, label: t('cases.saveFilter'), onClick: () => setNaming('') },
          ],
        }}
      >
        <Button icon={<StarOutlined />}>{t('cases.saved')}</Button>
      </Dropdown>
      <Modal
        open={naming !== undefined}
        title={t('cases.saveFilter')}
        okText={t('settings.save')}
        cancelText={t('case.cancel')}
        okButtonProps={{ disabled: !naming?.trim() }}
        onOk={store}
        onCancel={() => setNaming(undefined)}
        width={360}
      >
        <Input
          aria-label={t('cases.filterName')}
          placeholder={t('cases.filterName')}
          maxLength={60}
          value={naming ?? ''}
          onChange={({ target }) => setNaming(target.value)}
          onPressEnter={store}
        />
      </Modal>
    </>
  );
}
