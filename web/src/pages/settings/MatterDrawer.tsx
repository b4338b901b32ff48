import { App, Button, Card, Drawer, Timeline } from 'antd';
import type { TFunction } from 'i18next';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';

import { useMay } from '../../api/access';
import type { MatterDetail } from '../../api/client';
import { readMatter, useDecideMatter, useMatter, type Step } from '../../api/desk';
import { useClock } from '../../components/clock';
import { DepartmentName, Failure, Mark, MatterName, Moment } from '../../components/parts';
import { ReasonDialog } from '../../components/ReasonDialog';
import { Waiting } from '../../components/Waiting';
import { dayAndTime } from '../../domain/time';
import { useLanguage } from '../../i18n';
import { Outdated } from '../../seen/Outdated';
import { useSeenWrite } from '../../seen/useSeenWrite';
import { ADMISSION_COLOUR, decisiveOf, undecidedOf } from './admission';
import { MatterDialog } from './MatterDialog';

type Version = MatterDetail['versions'][number];

/** What may follow a state, as `dispatch.catalogue.admission` has it. */
const NEXT: Record<Version['state'], readonly Step[]> = {
  proposed: ['reviewed', 'retired'],
  reviewed: ['admitted', 'retired'],
  admitted: ['retired'],
  retired: [],
};

/** One matter: its versions, who decided what on them, and what can be decided now. */
export function MatterDrawer({ matter, onClose }: { matter: string; onClose: () => void }) {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const may = useMay();
  const found = useMatter(matter);
  const [asked, setAsked] = useState<{ step: Step; version: number; detail: MatterDetail }>();
  const [proposing, setProposing] = useState(false);
  const detail = found.data;
  return (
    <Drawer
      open
      size={720}
      title={<MatterName code={matter} />}
      onClose={onClose}
      extra={
        detail && may('POST /api/v1/matters') ? (
          <Button type="primary" onClick={() => setProposing(true)}>
            {t('settings.matters.propose')}
          </Button>
        ) : null
      }
    >
      {found.isPending ? <Waiting /> : null}
      {found.isError ? <Failure error={found.error} onRetry={() => void found.refetch()} /> : null}
      {detail ? (
        <div className="stack">
          <Standing detail={detail} at={found.dataUpdatedAt} />
          {may('GET /api/v1/configuration') && detail.versions.some(({ version }) => version === 0) ? (
            <Link to={`/settings/documents?document=matter.${matter}`}>{t('settings.matters.file')}</Link>
          ) : null}
          {detail.versions.map((version) => (
            <VersionCard
              key={version.version}
              version={version}
              inForce={version.version === detail.admitted_version}
              onStep={may('POST /api/v1/matters/{matter}/decisions/{step}') ? (step) => setAsked({ step, version: version.version, detail }) : undefined}
            />
          ))}
          <Decisions detail={detail} />
        </div>
      ) : null}
      {asked === undefined ? null : (
        <DecisionDialog {...asked} onClose={() => setAsked(undefined)} />
      )}
      {proposing && detail ? (
        <MatterDialog
          from={detail.newest.definition}
          onClose={() => setProposing(false)}
          onMade={({ version, is_new: isNew }) =>
            void message.info(t(isNew ? 'settings.matters.proposed' : 'settings.matters.unchanged', { number: version }))
          }
        />
      ) : null}
    </Drawer>
  );
}

/** Why the matter is filed or not: in the page's language and the city's time, which the node's own words are not. */
function Standing({ detail, at }: { detail: MatterDetail; at: number }) {
  const { t } = useTranslation();
  const clock = useClock();
  const decided = decisiveOf(detail, at);
  if (decided === undefined) return <div className="muted">{t(`settings.matters.undecided.${undecidedOf(detail)}`)}</div>;
  const { version, state, effective_from: from, actor: name, reason } = decided;
  const said = { version: nameOfVersion(version, t), state: t(`settings.matters.states.${state}`), time: dayAndTime(from, clock), name, reason };
  return <div className="muted">{t('settings.matters.stands', said)}</div>;
}

/** Somebody decides on a version of a matter. */
function DecisionDialog({ detail, step, version, onClose }: { detail: MatterDetail; step: Step; version: number; onClose: () => void }) {
  const { t } = useTranslation();
  const decide = useDecideMatter();
  const { matter } = detail;
  const { clash, isPending, error, send } = useSeenWrite({
    opened: detail,
    read: () => readMatter(matter),
    write: ({ revision }, reason: string) => decide.mutateAsync({ matter, revision, step, version, reason }),
  });
  const [last] = clash?.now.decisions.slice(-1) ?? [];
  return (
    <ReasonDialog
      title={t(`settings.matters.steps.${step}`)}
      hint={t(`settings.matters.stepHint.${step}`)}
      label={t('settings.reason')}
      danger={step === 'retired'}
      pending={isPending}
      error={error}
      clash={
        clash ? (
          <Outdated newest={clash.newest}>
            {last ? (
              <>
                <div>{t('seen.now', { text: `${nameOfVersion(last.version, t)} · ${t(`settings.matters.states.${last.state}`)}` })}</div>
                <div>{last.reason}</div>
              </>
            ) : null}
          </Outdated>
        ) : null
      }
      onClose={onClose}
      onSend={(reason) => send(reason, onClose)}
    />
  );
}

function nameOfVersion(version: number, t: TFunction): string {
  return version === 0 ? t('settings.matters.configured') : t('settings.version', { number: version });
}

function VersionCard({ version, inForce, onStep }: { version: Version; inForce: boolean; onStep: ((step: Step) => void) | undefined }) {
  const { t } = useTranslation();
  const { definition } = version;
  return (
    <Card
      size="small"
      title={nameOfVersion(version.version, t)}
      extra={
        <>
          {inForce ? <b>{t('settings.inForce')} </b> : null}
          <Mark colour={ADMISSION_COLOUR[version.state]}>{t(`settings.matters.states.${version.state}`)}</Mark>
        </>
      }
    >
      <dl className="facts">
        <dt>{t('settings.nameZh')}</dt>
        <dd>{definition.name_zh}</dd>
        <dt>{t('settings.nameEn')}</dt>
        <dd>{definition.name_en}</dd>
        {definition.major ? (
          <>
            <dt>{t('settings.matters.major')}</dt>
            <dd>{definition.major}</dd>
          </>
        ) : null}
        <dt>{t('settings.matters.codes')}</dt>
        <dd className="mono">{definition.codes.map(({ scheme, value }) => `${scheme} ${value.slice(0, 2)} ${value.slice(2)}`).join(' · ')}</dd>
        <dt>{t('settings.matters.department')}</dt>
        <dd>{definition.department ? <DepartmentName id={definition.department} /> : t('settings.matters.asConfigured')}</dd>
        {definition.conditions.map((condition, index) => (
          <ConditionLines key={index} condition={condition} />
        ))}
      </dl>
      {onStep && NEXT[version.state].length > 0 ? (
        <div className="row" style={{ marginTop: 12 }}>
          {NEXT[version.state].map((step) => (
            <Button key={step} danger={step === 'retired'} onClick={() => onStep(step)}>
              {t(`settings.matters.steps.${step}`)}
            </Button>
          ))}
        </div>
      ) : null}
    </Card>
  );
}

function ConditionLines({ condition }: { condition: Version['definition']['conditions'][number] }) {
  const { t } = useTranslation();
  const { limit } = condition;
  const english = useLanguage() === 'en';
  const filing = (english && condition.filing_en) || condition.filing;
  const closing = (english && condition.closing_en) || condition.closing;
  return (
    <>
      {filing ? (
        <>
          <dt>{t('settings.matters.filing')}</dt>
          <dd>{filing}</dd>
        </>
      ) : null}
      {closing ? (
        <>
          <dt>{t('settings.matters.closing')}</dt>
          <dd>{closing}</dd>
        </>
      ) : null}
      {limit ? (
        <>
          <dt>{t('settings.matters.limit')}</dt>
          <dd>
            {limit.value} {t(`settings.matters.clocks.${limit.clock}`)}
            {condition.limit_text ? <span className="muted"> · {condition.limit_text}</span> : null}
          </dd>
        </>
      ) : null}
    </>
  );
}

function Decisions({ detail }: { detail: MatterDetail }) {
  const { t } = useTranslation();
  const lines = [...detail.decisions].reverse();
  return (
    <Card size="small" title={t('settings.matters.decisions')}>
      {lines.length === 0 ? <span className="muted">{t('settings.matters.noDecisions')}</span> : null}
      <Timeline
        style={{ marginTop: 6, marginBottom: -16 }}
        items={lines.map((line, index) => ({
          key: index,
          content: (
            <div>
              <div className="row wrap">
                <b>{t(`settings.matters.states.${line.state}`)}</b>
                <span>{nameOfVersion(line.version, t)}</span>
                <span className="grow" />
                <span className="muted">
                  <Moment at={line.at} />
                </span>
              </div>
              <div className="muted">{line.actor}</div>
              <div>{line.reason}</div>
            </div>
          ),
        }))}
      />
    </Card>
  );
}
