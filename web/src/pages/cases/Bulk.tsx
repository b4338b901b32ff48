import { useQueries, useQueryClient } from '@tanstack/react-query';
import { Alert, Button } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';

import { answer, client, type CaseItem, type MoveItem, type Page } from '../../api/client';
import { refreshCases } from '../../api/caseLists';
import { decide } from '../../api/queries';
import { usePerson } from '../../api/account';
import { useFailureText } from '../../components/parts';
import { ReasonDialog } from '../../components/ReasonDialog';
import { offers, type Offer } from '../../domain/cases';

/** Moves that are legal for every chosen case, made one after the other; what was refused stays chosen. */
export function Bulk({ chosen, onChoose }: { chosen: readonly CaseItem[]; onChoose: (ids: string[]) => void }) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const person = usePerson();
  const [asked, setAsked] = useState<Offer>();
  const [done, setDone] = useState<number>();
  const [refusal, setRefusal] = useState<{ refused: number; error: unknown }>();
  const failure = useFailureText(refusal?.error);
  const legal = useQueries({
    queries: chosen.map(({ case_id: id, version }) => ({
      queryKey: ['case', id, 'moves', version, person?.name],
      queryFn: async ({ signal }: { signal: AbortSignal }) =>
        (await answer<Page<MoveItem>>(client.GET('/api/v1/cases/{case_id}/moves', { params: { path: { case_id: id }, query: {} }, signal }))).items,
      enabled: person !== undefined,
    })),
    combine: (results) => (results.every(({ data }) => data) ? results.map(({ data }) => data ?? []) : undefined),
  });
  const common = offers(legal?.[0] ?? []).filter(
    ({ action, needs }) => needs.length === 0 && legal?.every((moves) => moves.some((move) => move.action === action)),
  );
  const run = async (offer: Offer, reason: string) => {
    const refused: string[] = [];
    let error: unknown;
    for (const [index, item] of chosen.entries()) {
      setDone(index);
      try {
        await decide({ caseId: item.case_id, action: offer.action, reason, version: item.version });
      } catch (caught) {
        refused.push(item.case_id);
        error = caught;
      }
    }
    setDone(undefined);
    setAsked(undefined);
    setRefusal(refused.length ? { refused: refused.length, error } : undefined);
    onChoose(refused);
    const others = ['case', 'case-counts', 'overview'].map((key) => queries.invalidateQueries({ queryKey: [key] }));
    const ids = chosen.map(({ case_id: id }) => id);
    await Promise.all([...others, refreshCases(queries, ids)]);
  };
  return (
    <div className="row wrap" role="group" aria-label={t('cases.bulk')}>
      <b>{t('cases.chosen', { count: chosen.length })}</b>
      {common.map((offer) => (
        <Button key={offer.action} size="small" danger={offer.tone === 'danger'} onClick={() => setAsked(offer)}>
          {t(`action.${offer.action}`)}
        </Button>
      ))}
      {legal && common.length === 0 ? <span className="muted">{t('cases.noCommon')}</span> : null}
      <Button size="small" type="link" onClick={() => onChoose([])}>
        {t('cases.chooseNone')}
      </Button>
      {refusal ? <Alert type="error" showIcon title={t('cases.refused', { count: refusal.refused })} description={`${failure.title} ${failure.hint}`} /> : null}
      {asked === undefined ? null : (
        <ReasonDialog
          title={t(`action.${asked.action}`)}
          hint={`${t('cases.chosen', { count: chosen.length })}. ${t(`actionHint.${asked.action}`)}${done === undefined ? '' : ` ${done} / ${chosen.length}`}`}
          label={t('case.reason')}
          optional={!asked.needsReason}
          danger={asked.tone === 'danger'}
          pending={done !== undefined}
          error={undefined}
          onClose={() => setAsked(undefined)}
          onSend={(reason) => void run(asked, reason)}
        />
      )}
    </div>
  );
}
