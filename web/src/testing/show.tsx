import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { render } from '@testing-library/react';
import { App } from 'antd';
import type { ReactNode } from 'react';
import { MemoryRouter } from 'react-router';

/** Show a part of the console as it stands in a page, without asking again what was refused. */
export function show(part: ReactNode) {
  const queries = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  return render(
    <QueryClientProvider client={queries}>
      <App>
        <MemoryRouter>{part}</MemoryRouter>
      </App>
    </QueryClientProvider>,
  );
}
