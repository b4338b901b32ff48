import i18n, { type BackendModule } from 'i18next';
import { initReactI18next, useTranslation } from 'react-i18next';

import type { CityItem } from '../api/client';

export type Language = 'zh' | 'en';
const KEY = 'gridpatrol.language';

function firstLanguage(): Language {
  const asked = new URLSearchParams(location.search).get('lang') ?? localStorage.getItem(KEY) ?? navigator.language;
  return asked.toLowerCase().startsWith('zh') ? 'zh' : 'en';
}

export function setLanguage(language: Language): void {
  localStorage.setItem(KEY, language);
  void i18n.changeLanguage(language);
}

function mark(language: string): void {
  document.documentElement.lang = language === 'zh' ? 'zh-CN' : 'en';
}

/** A browser fetches the texts of the languages that are chosen in it. */
const TEXTS: BackendModule = {
  type: 'backend',
  init: () => undefined,
  read: (language, _namespace, done) => {
    const found = language === 'zh' ? import('./zh').then(({ zh }) => zh) : import('./en').then(({ en }) => en);
    found.then(
      (texts) => done(null, texts),
      (error: unknown) => done(error instanceof Error ? error : new Error(String(error)), false),
    );
  },
};

/** The texts of the first language are there. */
export const ready = i18n.use(TEXTS).use(initReactI18next).init({
  lng: firstLanguage(),
  fallbackLng: false,
  supportedLngs: ['en', 'zh'],
  showSupportNotice: false,
  interpolation: { escapeValue: false },
});
mark(i18n.language);
i18n.on('languageChanged', mark);

export function useLanguage(): Language {
  return useTranslation().i18n.language === 'zh' ? 'zh' : 'en';
}

/** Names in a sentence: A, B and C; A or B. */
export function listed(names: readonly string[], type: 'conjunction' | 'disjunction', language: Language): string {
  return new Intl.ListFormat(language, { type }).format(names);
}

type Listed = 'matters' | 'departments' | 'layers';

/** The name of a matter, a department or a layer; its id where the catalogue does not know it. */
export function nameOf(city: CityItem | undefined, list: Listed, id: string, language: Language): string {
  const found = city?.[list].find((named) => named.id === id);
  return found === undefined ? id : found[language];
}

export default i18n;
