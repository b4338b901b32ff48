import { PlusOutlined } from '@ant-design/icons';
import { App, Button, Form, Input, Modal, Select, type TableProps } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';

import { useMay } from '../../api/access';
import type { Order } from '../../api/client';
import { readOrder, useCheckIn, useGiveOrder, useOrders } from '../../api/desk';
import { useCity } from '../../api/queries';
import { DepartmentName, Dot, Failure, Moment } from '../../components/parts';
import { ReasonDialog } from '../../components/ReasonDialog';
import { useLanguage } from '../../i18n';
import { Outdated } from '../../seen/Outdated';
import { useSeenWrite } from '../../seen/useSeenWrite';
import { Followed } from './Followed';

const HOUR_MS = 3_600_000;
const HOURS = [1, 2, 4, 8, 24, 48];

/** Orders to departments, with who has taken them up and who is late. */
export function Orders() {
  const { t } = useTranslation();
  const language = useLanguage();
  const may = useMay();
  const city = useCity().data;
  const [open, setOpen] = useState<boolean | undefined>(true);
  const [department, setDepartment] = useState<string>();
  const [giving, setGiving] = useState(false);
  const [checking, setChecking] = useState<Order>();
  const orders = useOrders(open, department);
  const columns = useColumns(may('POST /api/v1/orders/{order_id}/check-in') ? setChecking : undefined);
  return (
    <div className="stack">
      <Followed
        open={open}
        onOpen={setOpen}
        choice={{
          label: t('supervision.department'),
          value: department,
          options: city?.departments.map((each) => ({ value: each.id, label: each[language] })) ?? [],
          onChange: setDepartment,
        }}
        query={orders}
        rowKey="order_id"
        columns={columns}
        empty={{ title: t('supervision.ordersEmpty'), hint: t('supervision.ordersEmptyHint') }}
        actions={
          may('POST /api/v1/orders') ? (
            <Button type="primary" icon={<PlusOutlined />} onClick={() => setGiving(true)}>
              {t('supervision.give')}
            </Button>
          ) : null
        }
      />
      {giving ? <GiveDialog onClose={() => setGiving(false)} /> : null}
      {checking === undefined ? null : (
        <CheckInDialog order={checking} onClose={() => setChecking(undefined)} />
      )}
    </div>
  );
}

/** A department takes an order up. */
export function CheckInDialog({ order, onClose }: { order: Order; onClose: () => void }) {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const checkIn = useCheckIn();
  const { clash, isPending, error, send } = useSeenWrite({
    opened: order,
    read: () => readOrder(order.order_id),
    write: (seen, note: string) => checkIn.mutateAsync({ order: seen, note }),
  });
  const { now } = clash ?? {};
  return (
    <ReasonDialog
      title={t('supervision.checkIn')}
      hint={t('supervision.checkInHint')}
      label={t('supervision.note')}
      optional
      pending={isPending}
      error={error}
      clash={
        now ? (
          <Outdated newest={clash?.newest}>
            <div>{t('seen.now', { text: now.checked_in_by ? t('supervision.checkedIn', { name: now.checked_in_by }) : t('supervision.open') })}</div>
            <div>{now.note}</div>
          </Outdated>
        ) : null
      }
      onClose={onClose}
      onSend={(note) =>
        send(note, (taken) => {
          void message.success(t('supervision.checkedIn', { name: taken.checked_in_by }));
          onClose();
        })
      }
    />
  );
}

function useColumns(onCheckIn: ((order: Order) => void) | undefined): TableProps<Order>['columns'] {
  const { t } = useTranslation();
  return [
    { title: t('supervision.department'), key: 'department', width: 150, render: (_, order) => <DepartmentName id={order.department} /> },
    {
      title: t('supervision.text'),
      key: 'text',
      render: (_, order) => (
        <>
          <div>{order.text}</div>
          <div className="muted">
            {t('supervision.madeBy', { name: order.made_by })} · <Moment at={order.made_at} />
            {order.case_id ? (
              <>
                {' · '}
                <Link className="mono" to={`/cases/${encodeURIComponent(order.case_id)}`}>
                  {order.case_id}
                </Link>
              </>
            ) : null}
            {order.place ? (
              <>
                {' · '}
                <Link className="mono" to={`/cases?grid=${encodeURIComponent(order.place)}`}>
                  {order.place}
                </Link>
              </>
            ) : null}
          </div>
        </>
      ),
    },
    {
      title: t('supervision.checkInBy'),
      key: 'by',
      width: 170,
      render: (_, order) => (
        <span className="state">
          {order.overdue_at ? <Dot colour="#cf1322" /> : null}
          <Moment at={order.check_in_by} />
          {order.overdue_at ? <b>{t('supervision.late')}</b> : null}
        </span>
      ),
    },
    {
      title: t('supervision.state'),
      key: 'state',
      width: 230,
      render: (_, order) =>
        order.checked_in_at ? (
          <>
            <div>{t('supervision.checkedIn', { name: order.checked_in_by })}</div>
            <div className="muted">
              <Moment at={order.checked_in_at} /> {order.note}
            </div>
          </>
        ) : onCheckIn ? (
          <Button size="small" onClick={() => onCheckIn(order)}>
            {t('supervision.checkIn')}
          </Button>
        ) : (
          <span className="muted">{t('supervision.open')}</span>
        ),
    },
  ];
}

interface Wish {
  department: string;
  text: string;
  hours: number;
  case_id?: string;
  place?: string;
}

function GiveDialog({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const language = useLanguage();
  const city = useCity().data;
  const give = useGiveOrder();
  const [form] = Form.useForm<Wish>();
  const needed = [{ required: true, message: t('case.needed') }];
  const send = ({ department, text, hours, case_id: caseId, place }: Wish) =>
    give.mutate(
      {
        department,
        text,
        check_in_by: new Date(Date.now() + hours * HOUR_MS).toISOString(),
        case_id: caseId?.trim() || undefined,
        place: place?.trim() || undefined,
      },
      {
        onSuccess: () => {
          void message.success(t('supervision.given'));
          onClose();
        },
      },
    );
  return (
    <Modal
      open
      title={t('supervision.give')}
      okText={t('supervision.give')}
      cancelText={t('case.cancel')}
      confirmLoading={give.isPending}
      onOk={() => form.submit()}
      onCancel={onClose}
    >
      <Form<Wish> form={form} layout="vertical" initialValues={{ hours: 2 }} onFinish={send}>
        <Form.Item name="department" label={t('supervision.department')} rules={needed}>
          <Select options={city?.departments.map((each) => ({ value: each.id, label: each[language] }))} />
        </Form.Item>
        <Form.Item name="text" label={t('supervision.text')} rules={[{ ...needed[0], whitespace: true }]}>
          <Input.TextArea rows={3} maxLength={4000} />
        </Form.Item>
        <Form.Item name="hours" label={t('supervision.checkInBy')}>
          <Select options={HOURS.map((value) => ({ value, label: t('supervision.inHours', { count: value }) }))} />
        </Form.Item>
        <Form.Item name="case_id" label={t('supervision.case')} extra={t('supervision.caseHint')}>
          <Input className="mono" maxLength={200} />
        </Form.Item>
        <Form.Item name="place" label={t('supervision.place')} extra={t('supervision.placeHint')}>
          <Input className="mono" maxLength={200} />
        </Form.Item>
      </Form>
      {give.isError ? <Failure error={give.error} /> : null}
    </Modal>
  );
}
