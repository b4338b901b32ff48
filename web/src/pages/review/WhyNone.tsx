import { Button, Modal } from 'antd';
import { useTranslation } from 'react-i18next';

import type { CaseItem } from '../../api/client';
import { Gone } from './Gone';
import { useKeys } from './useKeys';

const REASONS = ['shadow', 'person', 'moving', 'allowed', 'other_thing'] as const;

interface Props {
  item: CaseItem;
  /** Somebody else has decided it meanwhile. */
  isGone: boolean;
  onChosen: (reason: string) => void;
  onClose: () => void;
}

/** Asks why a case is none, by click or number. */
export function WhyNone({ item, isGone, onChosen, onClose }: Props) {
  const { t } = useTranslation();
  useKeys((key) => {
    const reason = REASONS[Number(key) - 1];
    if (reason) onChosen(t(`review.reasons.${reason}`));
  }, isGone);
  return (
    <Modal open title={t('review.reason')} footer={null} onCancel={onClose} width={360}>
      <div className="stack" style={{ gap: 8 }}>
        {isGone ? <Gone item={item} /> : null}
        {REASONS.map((reason, index) => (
          <Button key={reason} block disabled={isGone} style={{ justifyContent: 'flex-start' }} onClick={() => onChosen(t(`review.reasons.${reason}`))}>
            <kbd>{index + 1}</kbd> {t(`review.reasons.${reason}`)}
          </Button>
        ))}
      </div>
    </Modal>
  );
}
