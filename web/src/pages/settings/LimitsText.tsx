import type { Me } from '../../api/client';
import { useCity } from '../../api/queries';
import { nameOf, useLanguage } from '../../i18n';

/** To which part of the city somebody is limited, in words. */
export function LimitsText({ scope, otherwise }: { scope: Me['scope']; otherwise: string }) {
  const language = useLanguage();
  const city = useCity().data;
  const departments = scope.departments.map((id) => nameOf(city, 'departments', id, language));
  const cells = scope.grid.map((cell) => {
    const [layer = '', code = ''] = cell.split('/');
    return `${nameOf(city, 'layers', layer, language)} ${code}`;
  });
  const all = [...departments, ...cells];
  return all.length === 0 ? <span className="muted">{otherwise}</span> : <>{all.join(', ')}</>;
}
