import { theme as antd, type ThemeConfig } from 'antd';
import { useSyncExternalStore } from 'react';

const KEY = 'gridpatrol.dark';
const listeners = new Set<() => void>();
const system = window.matchMedia('(prefers-color-scheme: dark)');
const still = window.matchMedia('(prefers-reduced-motion: reduce)');
let dark = read();

function read(): boolean {
  const kept = localStorage.getItem(KEY);
  return kept === null ? system.matches : kept === 'yes';
}

function mark(): void {
  document.documentElement.dataset.theme = dark ? 'dark' : 'light';
}
mark();

export function setDark(next: boolean): void {
  dark = next;
  localStorage.setItem(KEY, next ? 'yes' : 'no');
  mark();
  for (const listener of listeners) listener();
}

export function useDark(): boolean {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => dark,
  );
}

const FONT = "'Inter', 'Segoe UI', system-ui, -apple-system, 'PingFang SC', 'Microsoft YaHei', 'Noto Sans CJK SC', sans-serif";

/** The look of the component library. Secondary texts are darker than its own, to be readable (WCAG AA). */
export function themeOf(isDark: boolean): ThemeConfig {
  return {
    algorithm: isDark ? antd.darkAlgorithm : antd.defaultAlgorithm,
    token: {
      motion: !still.matches,
      colorPrimary: isDark ? '#1f6fc9' : '#0b5cad',
      colorLink: isDark ? '#6db3ff' : '#0b5cad',
      colorError: isDark ? '#ff8f92' : '#c62828',
      colorBgLayout: isDark ? '#0e1319' : '#f2f5f8',
      ...(isDark ? { colorBgContainer: '#161d26', colorBgElevated: '#1d2630', colorBorderSecondary: '#27313c' } : {}),
      colorTextSecondary: isDark ? 'rgba(255,255,255,.72)' : 'rgba(0,0,0,.68)',
      colorTextTertiary: isDark ? 'rgba(255,255,255,.64)' : 'rgba(0,0,0,.62)',
      colorTextDescription: isDark ? 'rgba(255,255,255,.66)' : 'rgba(0,0,0,.62)',
      colorTextPlaceholder: isDark ? 'rgba(255,255,255,.60)' : 'rgba(0,0,0,.60)',
      borderRadius: 6,
      fontFamily: FONT,
    },
    components: {
      Button: { dangerColor: isDark ? '#1a0b0c' : '#ffffff' },
      Card: { headerHeight: 44, headerHeightSM: 38, bodyPadding: 16, bodyPaddingSM: 12 },
      Table: {
        cellPaddingBlockSM: 7,
        headerBorderRadius: 0,
        // Links stay readable on chosen rows (WCAG AA).
        rowSelectedBg: isDark ? '#1c2c3f' : '#e8f1fb',
        rowSelectedHoverBg: isDark ? '#22354b' : '#dbe9f8',
      },
      Menu: { darkItemBg: '#0c1f33', darkItemColor: 'rgba(255,255,255,.82)' },
      Layout: { siderBg: '#0c1f33', headerBg: isDark ? '#161d26' : '#ffffff', headerHeight: 48 },
    },
  };
}
