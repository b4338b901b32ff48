import { theme } from 'antd';
import {
  BarController,
  BarElement,
  CategoryScale,
  Chart,
  Legend,
  LinearScale,
  LineController,
  LineElement,
  PointElement,
  Tooltip,
  type ChartConfiguration,
} from 'chart.js';
import { useEffect, useRef } from 'react';

import { useLanguage } from '../i18n';
import { useDark } from '../theme';
import { inOwnFrame } from './frames';

Chart.register(BarController, BarElement, CategoryScale, Legend, LinearScale, LineController, LineElement, PointElement, Tooltip);

/** Colours of series, readable on light and on dark ground. */
const COLOURS = ['#2f7fd1', '#2f9e6e', '#d48806', '#8b5cf6', '#c2410c', '#0891b2'];

export interface Series {
  name: string;
  values: readonly (number | null)[];
  colour?: string;
  dashed?: boolean;
}

interface Props {
  kind: 'bar' | 'line';
  /** What it shows, for who cannot see it; the numbers stand in a table beside it. */
  label: string;
  labels: readonly string[];
  series: readonly Series[];
  height: number;
  horizontal?: boolean;
  /** How a value is written. */
  write: (value: number) => string;
  /** Of the value axis. */
  max?: number;
  onPick?: (index: number) => void;
}

/** A chart. It is drawn when what it shows has changed, in a frame of its own. */
export function Plot(props: Props) {
  const { kind, label, labels, series, height, horizontal, max } = props;
  const canvas = useRef<HTMLCanvasElement>(null);
  const chart = useRef<Chart | undefined>(undefined);
  const { token } = theme.useToken();
  const dark = useDark();
  const language = useLanguage();
  const latest = useRef(props);
  useEffect(() => {
    latest.current = props;
  });
  const shown = JSON.stringify([kind, labels, series, horizontal, max]);

  useEffect(
    () =>
      inOwnFrame(() => {
        if (canvas.current === null) return;
        const onPick = (index: number) => latest.current.onPick?.(index);
        const config = configOf({ ...latest.current, onPick }, { text: token.colorTextSecondary, line: token.colorBorderSecondary, font: token.fontFamily });
        if (chart.current === undefined) chart.current = new Chart(canvas.current, config);
        else {
          chart.current.data = config.data;
          chart.current.options = config.options ?? {};
          chart.current.update('none');
        }
      }),
    [shown, token, dark, language],
  );

  useEffect(
    () => () => {
      chart.current?.destroy();
      chart.current = undefined;
    },
    [],
  );

  return (
    <div style={{ position: 'relative', height, minWidth: 0 }}>
      <canvas ref={canvas} role="img" aria-label={`${label}: ${labels.length}`} />
    </div>
  );
}

function configOf(props: Props, paint: { text: string; line: string; font: string }): ChartConfiguration<'bar' | 'line'> {
  const { kind, labels, series, horizontal = false, write, max, onPick } = props;
  const font = { family: paint.font, size: 12 };
  const ticks = { color: paint.text, font };
  const values = {
    beginAtZero: true,
    max,
    ticks: { ...ticks, maxTicksLimit: 6, callback: (value: number | string) => write(Number(value)) },
    grid: { color: paint.line },
    border: { display: false },
  };
  const names = { ticks: { ...ticks, autoSkip: !horizontal, maxRotation: 0 }, grid: { display: false }, border: { color: paint.line } };
  return {
    type: kind,
    data: {
      labels: [...labels],
      datasets: series.map(({ name, values: data, colour, dashed }, index) => {
        const paintedWith = colour ?? COLOURS[index % COLOURS.length];
        return {
          label: name,
          data: [...data],
          backgroundColor: paintedWith,
          borderColor: paintedWith,
          ...(kind === 'line'
            ? { borderWidth: 2, pointRadius: data.length > 40 ? 0 : 2, borderDash: dashed ? [5, 4] : [], spanGaps: true }
            : { maxBarThickness: 22, borderRadius: 2 }),
        };
      }),
    },
    options: {
      indexAxis: horizontal ? 'y' : 'x',
      responsive: true,
      maintainAspectRatio: false,
      animation: false,
      interaction: { mode: 'index', axis: horizontal ? 'y' : 'x', intersect: false },
      scales: horizontal ? { x: values, y: names } : { x: names, y: values },
      plugins: {
        legend: { display: series.length > 1, position: 'top', align: 'end', labels: { color: paint.text, font, boxWidth: 12, boxHeight: 12 } },
        tooltip: {
          titleFont: font,
          bodyFont: font,
          callbacks: {
            label: (item) => ` ${item.dataset.label ?? ''}: ${write(Number(horizontal ? item.parsed.x : item.parsed.y))}`,
          },
        },
      },
      onClick: (_, found) => {
        const [first] = found;
        if (first) onPick?.(first.index);
      },
    },
  };
}
