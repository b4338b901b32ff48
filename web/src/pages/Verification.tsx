import { useQueries } from '@tanstack/react-query';
import { useId } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';

import { answer, client, type CaseDetail, type CaseItem, type CaseState } from '../api/client';
import { useCameras, useCases } from '../api/queries';
import { cameraName, Failure, MatterName, Moment, Nothing, VerdictMark } from '../components/parts';
import { told } from '../domain/reasons';
import { useLanguage } from '../i18n';

const SHOWN = 50;
const ASKED: CaseState[] = ['handled', 'verifying'];
const PERSON: CaseState[] = ['human_check'];

/** What the cameras are asked to look at again, what they could not see, and what waits for a person. */
export function Verification() {
  const { t } = useTranslation();
  return (
    <div className="page-body page-fill">
      <div>
        <h1 className="page">{t('verification.title')}</h1>
        <span className="muted">{t('verification.hint')}</span>
      </div>
      <div style={{ display: 'grid', gridTemplateColumns: '1fr 1fr', gap: 12, flex: 1, minHeight: 0 }}>
        <Column states={PERSON} title={t('verification.person')} empty={t('verification.personEmpty')} />
        <Column states={ASKED} title={t('verification.asked')} empty={t('verification.askedEmpty')} />
      </div>
    </div>
  );
}

function Column({ states, title, empty }: { states: CaseState[]; title: string; empty: string }) {
  const cases = useCases({ state: states }, SHOWN);
  const items = cases.data?.pages[0]?.items ?? [];
  const details = useDetails(items);
  const id = useId();
  return (
    <section className="panel" aria-labelledby={id}>
      <header>
        <h2 className="part" id={id}>
          {title}
        </h2>
        <span className="pill">
          {items.length}
          {cases.hasNextPage ? '+' : ''}
        </span>
      </header>
      <div className="scroll" tabIndex={0} role="group" aria-labelledby={id}>
        {cases.isError ? <Failure error={cases.error} onRetry={() => void cases.refetch()} /> : null}
        {cases.data && items.length === 0 ? <Nothing title={empty} /> : null}
        {items.map((item) => (
          <Row key={item.case_id} item={item} detail={details.get(item.case_id)} />
        ))}
      </div>
    </section>
  );
}

function useDetails(items: readonly CaseItem[]): Map<string, CaseDetail> {
  return useQueries({
    queries: items.map(({ case_id: id }) => ({
      queryKey: ['case', id],
      queryFn: ({ signal }: { signal: AbortSignal }) =>
        answer<CaseDetail>(client.GET('/api/v1/cases/{case_id}', { params: { path: { case_id: id } }, signal })),
    })),
    combine: (results) => new Map(results.flatMap(({ data }) => (data ? [[data.case_id, data] as const] : []))),
  });
}

function Row({ item, detail }: { item: CaseItem; detail: CaseDetail | undefined }) {
  const { t } = useTranslation();
  const language = useLanguage();
  const cameras = useCameras().data;
  const all = detail?.verifications ?? [];
  const round = Math.max(0, ...all.map((check) => check.round));
  const checks = all.filter((check) => check.round === round);
  const [lastLine] = (detail?.history ?? []).slice(-1);
  return (
    <div className="check" style={{ padding: '8px 12px' }}>
      <div className="row">
        <Link to={`/cases/${encodeURIComponent(item.case_id)}`}>
          <b>
            <MatterName code={item.matter} />
          </b>
        </Link>
        <span className="mono muted clip">{item.case_id}</span>
        <span className="grow" />
        <span className="muted">
          <Moment at={item.updated_at} relative />
        </span>
      </div>
      {checks.map((check) => {
        const camera = cameras?.find(({ camera_id: id }) => id === check.camera_id);
        return (
          <div key={check.request_id} className="row wrap">
            <span>{cameraName(camera, check.camera_id, language)}</span>
            <VerdictMark verdict={check.verdict} />
            <span className="muted">{told(check.reason, language) || t('case.round', { number: check.round })}</span>
          </div>
        );
      })}
      {checks.length === 0 && lastLine?.reason ? <div className="muted">{told(lastLine.reason, language)}</div> : null}
    </div>
  );
}
