import { Segmented, Select, Table, Tooltip, type TableProps } from 'antd';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { useSearchParams } from 'react-router';

import type { IndicatorRow } from '../../api/client';
import { useIndicators, type By } from '../../api/indicators';
import { useCameras, useCity } from '../../api/queries';
import { cameraName, Failure } from '../../components/parts';
import { Plot } from '../../components/Plot';
import { INDICATORS, percent, span, type IndicatorName } from '../../domain/figures';
import type { Period } from '../../domain/period';
import { useLanguage } from '../../i18n';

const BY = ['department', 'matter', 'grid', 'camera'] as const satisfies readonly By[];
const CHARTED = 12;

function useChoice() {
  const [parameters, setParameters] = useSearchParams();
  const by = BY.find((each) => each === parameters.get('by')) ?? 'department';
  const indicator = INDICATORS.find((each) => each === parameters.get('indicator')) ?? 'on_time_handling';
  const set = (key: string, value: string) => {
    const next = new URLSearchParams(parameters);
    next.set(key, value);
    setParameters(next, { replace: true });
  };
  return { by, indicator, layer: parameters.get('layer') ?? undefined, set };
}

/** One indicator as a chart and all of them as a table, by part of the city. */
export function Parts({ period }: { period: Period }) {
  const { t } = useTranslation();
  const language = useLanguage();
  const layers = useCity().data?.layers ?? [];
  const { by, indicator, layer, set } = useChoice();
  const chosen = layer ?? layers[0]?.id;
  const found = useIndicators(period, by, by === 'grid' ? chosen : undefined);
  const nameOf = useRowName(by);
  const rows = useMemo(
    () => [...(found.data?.rows ?? [])].sort((a, b) => (b.counts.reported ?? 0) - (a.counts.reported ?? 0)),
    [found.data],
  );
  const charted = rows.slice(0, CHARTED);
  return (
    <div className="stack">
      <div className="row wrap">
        <Segmented
          aria-label={t('indicators.parts')}
          value={by}
          options={BY.map((each) => ({ value: each, label: t(`indicators.by.${each}`) }))}
          onChange={(next) => set('by', next)}
        />
        {by === 'grid' ? (
          <Select
            aria-label={t('indicators.layer')}
            style={{ width: 170 }}
            value={chosen}
            options={layers.map((each) => ({ value: each.id, label: each[language] }))}
            onChange={(next: string) => set('layer', next)}
          />
        ) : null}
        <Select
          aria-label={t('indicators.indicator')}
          style={{ width: 190 }}
          value={indicator}
          options={INDICATORS.map((each) => ({ value: each, label: t(`indicators.name.${each}`) }))}
          onChange={(next: IndicatorName) => set('indicator', next)}
        />
        <span className="muted">{t(`indicators.hints.${indicator}`)}</span>
      </div>
      {found.isError ? <Failure error={found.error} onRetry={() => void found.refetch()} /> : null}
      <Plot
        kind="bar"
        horizontal
        label={t(`indicators.name.${indicator}`)}
        height={Math.max(90, 44 + charted.length * 26)}
        labels={charted.map((row) => nameOf(row))}
        series={[{ name: t(`indicators.name.${indicator}`), values: charted.map((row) => row.ratios[indicator]?.value ?? null) }]}
        max={1}
        write={(value) => percent(value, 0)}
      />
      {rows.length > CHARTED ? (
        <span className="muted">{t('indicators.chartRest', { shown: CHARTED, count: rows.length - CHARTED })}</span>
      ) : null}
      <Figures rows={rows} by={by} nameOf={nameOf} pending={found.isPending} />
    </div>
  );
}

function useRowName(by: By): (row: IndicatorRow) => string {
  const { t } = useTranslation();
  const language = useLanguage();
  const cameras = useCameras().data;
  return (row) => {
    if (by === 'camera') return cameraName(cameras?.find((each) => each.camera_id === row.key), row.key, language);
    return (language === 'zh' ? row.name_zh : row.name_en) || row.key || t('indicators.outside');
  };
}

/** The numbers behind the chart. */
function Figures(props: { rows: IndicatorRow[]; by: By; nameOf: (row: IndicatorRow) => string; pending: boolean }) {
  const { rows, by, nameOf, pending } = props;
  const { t } = useTranslation();
  const language = useLanguage();
  const columns: TableProps<IndicatorRow>['columns'] = [
    {
      title: by === 'all' ? t('indicators.part') : t(`indicators.by.${by}`),
      key: 'part',
      fixed: 'left',
      width: 190,
      ellipsis: true,
      render: (_, row) => nameOf(row),
      sorter: (a, b) => nameOf(a).localeCompare(nameOf(b), language),
    },
    {
      title: t('indicators.cases'),
      key: 'cases',
      width: 90,
      align: 'right',
      render: (_, row) => (row.counts.reported ?? 0).toLocaleString(),
      sorter: (a, b) => (a.counts.reported ?? 0) - (b.counts.reported ?? 0),
    },
    ...INDICATORS.map((name) => ({
      title: <Tooltip title={`${t('indicators.formula')}: ${t(`indicators.hints.${name}`)}`}>{t(`indicators.name.${name}`)}</Tooltip>,
      key: name,
      width: 116,
      align: 'right' as const,
      render: (_: unknown, row: IndicatorRow) => {
        const ratio = row.ratios[name];
        return <span title={t('indicators.counted', { part: ratio?.part ?? 0, whole: ratio?.whole ?? 0 })}>{percent(ratio?.value)}</span>;
      },
      sorter: (a: IndicatorRow, b: IndicatorRow) => (a.ratios[name]?.value ?? -1) - (b.ratios[name]?.value ?? -1),
    })),
    {
      title: <Tooltip title={t('indicators.handlingHint')}>{t('indicators.handling')}</Tooltip>,
      key: 'handling',
      width: 120,
      align: 'right',
      render: (_, row) => span(row.handling_s, language),
      sorter: (a, b) => (a.handling_s ?? -1) - (b.handling_s ?? -1),
    },
  ];
  return (
    <Table<IndicatorRow>
      size="small"
      rowKey="key"
      columns={columns}
      dataSource={rows}
      loading={pending}
      scroll={{ x: 1790, y: rows.length > 100 ? 360 : undefined }}
      virtual={rows.length > 100}
      pagination={false}
    />
  );
}
