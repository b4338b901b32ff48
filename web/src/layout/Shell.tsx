import {
  AppstoreOutlined,
  AuditOutlined,
  BarChartOutlined,
  ExperimentOutlined,
  FlagOutlined,
  FullscreenExitOutlined,
  FullscreenOutlined,
  GlobalOutlined,
  MoonOutlined,
  SafetyCertificateOutlined,
  SettingOutlined,
  SunOutlined,
  UnorderedListOutlined,
  VideoCameraOutlined,
} from '@ant-design/icons';
import { Alert, Badge, Button, Layout, Menu, Tooltip } from 'antd';
import { Suspense, useEffect, useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, Outlet, useLocation, useSearchParams } from 'react-router';

import { usePerson } from '../api/account';
import { useOverview } from '../api/queries';
import { useClock } from '../components/clock';
import { Dot } from '../components/parts';
import { Waiting } from '../components/Waiting';
import { timeOfDay } from '../domain/time';
import { setLanguage, useLanguage } from '../i18n';
import { useLive } from '../live/context';
import { setDark, useDark } from '../theme';
import { PersonButton } from './SignIn';

const PAGES = [
  ['/', 'overview', <AppstoreOutlined key="i" />],
  ['/cases', 'cases', <UnorderedListOutlined key="i" />],
  ['/review', 'review', <AuditOutlined key="i" />],
  ['/verification', 'verification', <SafetyCertificateOutlined key="i" />],
  ['/cameras', 'cameras', <VideoCameraOutlined key="i" />],
  ['/supervision', 'supervision', <FlagOutlined key="i" />],
  ['/indicators', 'indicators', <BarChartOutlined key="i" />],
  ['/models', 'models', <ExperimentOutlined key="i" />],
  ['/settings', 'settings', <SettingOutlined key="i" />],
] as const;
const STATUS_COLOUR = { live: '#389e0d', connecting: '#d48806', lost: '#cf1322' };

/** The frame around every page. */
export function Shell() {
  const { t } = useTranslation();
  const { pathname } = useLocation();
  const [parameters] = useSearchParams();
  const wall = parameters.has('wall');
  const page = PAGES.find(([path]) => path !== '/' && pathname.startsWith(path)) ?? PAGES[0];
  const title = t(`nav.${page[1]}`);
  useEffect(() => {
    document.title = `${title} · ${t('product')}`;
  }, [title, t]);
  return (
    <Layout className={wall ? 'shell wall' : 'shell'}>
      <a className="skip" href="#page">
        {t('skip')}
      </a>
      {wall ? null : <Navigation selected={page[0]} />}
      <Layout>
        {wall ? null : <Header />}
        <Stale />
        <Layout.Content id="page" tabIndex={-1} style={{ minHeight: 0 }}>
          <Suspense fallback={<Waiting />}>
            <Outlet />
          </Suspense>
        </Layout.Content>
      </Layout>
    </Layout>
  );
}

function Navigation({ selected }: { selected: string }) {
  const { t } = useTranslation();
  const [narrow, setNarrow] = useState(false);
  const roles = usePerson()?.roles ?? [];
  // Who only handles cases does not decide on doubtful reports.
  const hidden: readonly string[] = roles.length > 0 && roles.every((role) => role === 'handler') ? ['review'] : [];
  const counts = useOverview().data?.cases ?? [];
  const number = (...states: string[]) =>
    counts.filter(({ state }) => states.includes(state)).reduce((sum, each) => sum + each.number, 0);
  const waiting: Record<string, number> = { review: number('review'), verification: number('human_check') };
  return (
    <Layout.Sider width={172} collapsedWidth={56} collapsible collapsed={narrow} onCollapse={setNarrow} breakpoint="md">
      <div className="brand">
        <img src="/favicon.svg" alt="" />
        {narrow ? null : t('product')}
      </div>
      <nav aria-label={t('nav.label')}>
        <Menu
          theme="dark"
          mode="inline"
          selectedKeys={[selected]}
          items={PAGES.filter(([, key]) => !hidden.includes(key)).map(([path, key, icon]) => ({
            key: path,
            icon,
            label: (
              <Link to={path}>
                {t(`nav.${key}`)} <Badge count={waiting[key] ?? 0} size="small" offset={[4, -1]} />
              </Link>
            ),
          }))}
        />
      </nav>
    </Layout.Sider>
  );
}

function Header() {
  const { t } = useTranslation();
  const dark = useDark();
  const language = useLanguage();
  const other = language === 'zh' ? 'en' : 'zh';
  return (
    <Layout.Header>
      <Connection />
      <CityClock />
      <span className="grow" />
      <PersonButton />
      <Labelled text={dark ? t('header.light') : t('header.dark')}>
        {(label) => (
          <Button
            type="text"
            aria-label={label}
            icon={dark ? <SunOutlined /> : <MoonOutlined />}
            onClick={() => setDark(!dark)}
          />
        )}
      </Labelled>
      <Button type="text" icon={<GlobalOutlined />} lang={other} onClick={() => setLanguage(other)}>
        {other === 'zh' ? '中文' : 'English'}
      </Button>
    </Layout.Header>
  );
}

function Labelled({ text, children }: { text: string; children: (label: string) => ReactNode }) {
  return <Tooltip title={text}>{children(text)}</Tooltip>;
}

function Connection() {
  const { t } = useTranslation();
  const { status } = useLive();
  return (
    <span className="pill" role="status">
      <span className={status === 'live' ? undefined : 'beating'}>
        <Dot colour={STATUS_COLOUR[status]} />
      </span>
      {t(`live.${status}`)}
    </span>
  );
}

function CityClock() {
  const { t } = useTranslation();
  const clock = useClock();
  const { data, dataUpdatedAt } = useOverview();
  // The node's clock counts, not this machine's.
  const ahead = data ? new Date(data.now).getTime() - dataUpdatedAt : 0;
  const [tick, setTick] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setTick(Date.now()), 1000);
    return () => clearInterval(timer);
  }, []);
  return (
    <Tooltip title={`${t('header.clock')}: ${clock.zone}`}>
      <span className="muted nowrap">{timeOfDay(tick + ahead, clock)}</span>
    </Tooltip>
  );
}

/** Says that what is shown is old. */
function Stale() {
  const { t } = useTranslation();
  const clock = useClock();
  const { status, seenAt, retry } = useLive();
  if (status !== 'lost') return null;
  return (
    <Alert
      className="stale"
      type="warning"
      banner
      title={seenAt === 0 ? t('live.staleNever') : t('live.stale', { time: timeOfDay(seenAt, clock) })}
      description={t('live.staleHint')}
      action={<Button onClick={retry}>{t('live.retry')}</Button>}
    />
  );
}

/** Enters and leaves the wall mode: no frame, larger figures. */
export function WallButton() {
  const { t } = useTranslation();
  const [parameters, setParameters] = useSearchParams();
  const wall = parameters.has('wall');
  const toggle = () => {
    const next = new URLSearchParams(parameters);
    if (wall) next.delete('wall');
    else next.set('wall', '1');
    setParameters(next);
  };
  const label = wall ? t('header.leaveWall') : t('header.wall');
  return (
    <Tooltip title={label}>
      <Button
        aria-label={label}
        icon={wall ? <FullscreenExitOutlined /> : <FullscreenOutlined />}
        onClick={toggle}
      />
    </Tooltip>
  );
}
