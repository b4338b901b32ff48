import { QueryCache, QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { App as Antd, ConfigProvider } from 'antd';
import english from 'antd/locale/en_US';
import chinese from 'antd/locale/zh_CN';
import { lazy, useState } from 'react';
import { BrowserRouter, Route, Routes } from 'react-router';

import { ApiError } from './api/client';
import { NamesProvider } from './components/names';
import { useLanguage } from './i18n';
import { Door } from './layout/SignIn';
import { Shell } from './layout/Shell';
import { LiveProvider } from './live/LiveProvider';
import { NotFound } from './pages/NotFound';
import { Crashed } from './pages/Crashed';
import { themeOf, useDark } from './theme';

const Overview = lazy(async () => ({ default: (await import('./pages/Overview')).Overview }));
const Cases = lazy(async () => ({ default: (await import('./pages/Cases')).Cases }));
const Case = lazy(async () => ({ default: (await import('./pages/Case')).Case }));
const Review = lazy(async () => ({ default: (await import('./pages/Review')).Review }));
const Verification = lazy(async () => ({ default: (await import('./pages/Verification')).Verification }));
const Cameras = lazy(async () => ({ default: (await import('./pages/Cameras')).Cameras }));
const Supervision = lazy(async () => ({ default: (await import('./pages/Supervision')).Supervision }));
const Indicators = lazy(async () => ({ default: (await import('./pages/Indicators')).Indicators }));
const Models = lazy(async () => ({ default: (await import('./pages/Models')).Models }));
const Model = lazy(async () => ({ default: (await import('./pages/Model')).Model }));
const ModelClips = lazy(async () => ({ default: (await import('./pages/ModelClips')).ModelClips }));
const Settings = lazy(async () => ({ default: (await import('./pages/Settings')).Settings }));
const AddCamera = lazy(async () => ({ default: (await import('./pages/AddCamera')).AddCamera }));
const ImportCameras = lazy(async () => ({ default: (await import('./pages/ImportCameras')).ImportCameras }));
const Camera = lazy(async () => ({ default: (await import('./pages/Camera')).Camera }));

/** Ask again when the node did not answer; not when it refused. */
function askAgain(failures: number, error: Error): boolean {
  return failures < 2 && (!(error instanceof ApiError) || error.status === 0 || error.status >= 500);
}

function makeQueries(): QueryClient {
  const queries = new QueryClient({
    queryCache: new QueryCache({
      // The sign-in has ended: ask who we are, which leads to the door.
      onError: (error, { queryKey }) => {
        if (error instanceof ApiError && error.status === 401 && queryKey[0] !== 'me') {
          void queries.invalidateQueries({ queryKey: ['me'] });
        }
      },
    }),
    defaultOptions: { queries: { staleTime: 5_000, retry: askAgain, retryDelay: 1_000, networkMode: 'always' } },
  });
  return queries;
}

export function App() {
  const dark = useDark();
  const language = useLanguage();
  const [queries] = useState(makeQueries);
  return (
    <ConfigProvider button={{ autoInsertSpace: false }} theme={themeOf(dark)} locale={language === 'zh' ? chinese : english}>
      <Antd component={false}>
        <QueryClientProvider client={queries}>
          <Crashed>
            <Door>
              <LiveProvider>
                <NamesProvider>
                  <BrowserRouter>
                    <Routes>
                      <Route element={<Shell />}>
                        <Route index element={<Overview />} />
                        <Route path="cases" element={<Cases />} />
                        <Route path="cases/:id" element={<Case />} />
                        <Route path="review" element={<Review />} />
                        <Route path="verification" element={<Verification />} />
                        <Route path="cameras" element={<Cameras />} />
                        <Route path="supervision" element={<Supervision />} />
                        <Route path="indicators" element={<Indicators />} />
                        <Route path="models" element={<Models />} />
                        <Route path="models/:id" element={<Model />} />
                        <Route path="models/:id/clips" element={<ModelClips />} />
                        <Route path="settings" element={<Settings />} />
                        <Route path="settings/:id" element={<Settings />} />
                        <Route path="cameras/-/add" element={<AddCamera />} />
                        <Route path="cameras/-/import" element={<ImportCameras />} />
                        <Route path="cameras/:id/:tab?" element={<Camera />} />
                        <Route path="*" element={<NotFound />} />
                      </Route>
                    </Routes>
                  </BrowserRouter>
                </NamesProvider>
              </LiveProvider>
            </Door>
          </Crashed>
        </QueryClientProvider>
      </Antd>
    </ConfigProvider>
  );
}
