import { UserOutlined } from '@ant-design/icons';
import { Button, Form, Input, Popover, Select } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';

import { PERSON_ROLES, setPerson, usePerson, type Person } from '../domain/person';

/** Who acts, until the server knows by itself. */
export function PersonButton() {
  const { t } = useTranslation();
  const person = usePerson();
  const [open, setOpen] = useState(false);
  return (
    <Popover
      trigger="click"
      placement="bottomRight"
      open={open}
      onOpenChange={setOpen}
      title={t('header.person')}
      content={<PersonForm onSaved={() => setOpen(false)} />}
    >
      <Button type="text" icon={<UserOutlined />}>
        {person.name ? `${person.name} · ${t(`role.${person.role}`)}` : t('header.nobody')}
      </Button>
    </Popover>
  );
}

export function PersonForm({ onSaved }: { onSaved: () => void }) {
  const { t } = useTranslation();
  const person = usePerson();
  return (
    <Form<Person>
      layout="vertical"
      style={{ width: 260 }}
      initialValues={person}
      onFinish={(next) => {
        setPerson({ ...next, name: next.name.trim() });
        onSaved();
      }}
    >
      <p className="muted">{t('header.personHint')}</p>
      <Form.Item name="name" label={t('header.name')} rules={[{ required: true, whitespace: true, message: '' }]}>
        <Input maxLength={200} autoComplete="name" />
      </Form.Item>
      <Form.Item name="role" label={t('header.role')}>
        <Select options={PERSON_ROLES.map((role) => ({ value: role, label: t(`role.${role}`) }))} />
      </Form.Item>
      <Button type="primary" htmlType="submit" block>
        {t('header.save')}
      </Button>
    </Form>
  );
}
