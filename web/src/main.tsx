import './styles.css';
import 'ol/ol.css';

import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';

import { App } from './App';
import { ready } from './i18n';

const root = document.getElementById('root');
if (root === null) throw new Error('index.html has no element with the id root');
await ready;
createRoot(root).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
