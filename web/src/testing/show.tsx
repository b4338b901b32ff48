import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { render } from '@testing-library/react';
import { App } from 'antd';
import type { ReactNode } from 'react';
import { MemoryRouter } from 'react-router';

export function patientClient(): QueryClient {
  return new QueryClient({ defaultOptions: { queries: { retry: false } } });
}

/** Show a part of the console as it stands in a page, without asking again what was refused. */
export function show(part: ReactNode, queries = patientClient()) {
  return render(
    <QueryClientProvider client={queries}>
      <App>
        <MemoryRouter>{part}</MemoryRouter>
      </App>
    </QueryClientProvider>,
  );
}
